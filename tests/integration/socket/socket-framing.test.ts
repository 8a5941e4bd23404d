/** Octets become lines: strictly UTF-8, however the stream is cut into pieces. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createLines } from "../../../main/socket/framing.ts";

interface Octets {
  readonly name: string;
  readonly after: string;
  readonly hex: string;
}
const vectors = JSON.parse(readFileSync("tests/vectors/socket-octets.json", "utf8")) as readonly Octets[];
const LINE_FEED = Buffer.from("\n");

/** The lines that are read from `octets`, cut at these places, and whether reading goes on. */
function read(octets: Buffer, cuts: readonly number[] = []) {
  const lines = createLines();
  const taken: string[] = [];
  const ends = [...cuts.map((cut) => cut % (octets.length + 1)), octets.length].sort((a, b) => a - b);
  let from = 0;
  let goesOn = true;
  for (const end of ends) {
    if (goesOn) goesOn = lines.feed(octets.subarray(from, end), (line) => taken.push(line));
    from = end;
  }
  return { taken, goesOn, begun: lines.begun };
}

test("UTF-8 text arrives unchanged, however it is cut into pieces", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", " "))),
      fc.array(fc.nat()),
      (texts, cuts) => {
        const octets = Buffer.from(texts.map((text) => `${text}\n`).join(""));
        expect(read(octets, cuts)).toEqual({ taken: texts, goesOn: true, begun: false });
      },
    ),
  );
});

test("lines are read until the first one that is not UTF-8", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 12 })), fc.array(fc.nat()), (arrays, cuts) => {
      const lines = arrays.map((one) => Buffer.from(one.filter((octet) => octet !== 0x0a)));
      const bad = lines.findIndex((line) => !Buffer.from(line.toString("utf8")).equals(line));
      const octets = Buffer.concat(lines.flatMap((line) => [line, LINE_FEED]));
      const { taken, goesOn } = read(octets, cuts);
      const good = bad < 0 ? lines : lines.slice(0, bad);
      expect(taken).toEqual(good.map((line) => line.toString("utf8")));
      expect(goesOn).toBe(bad < 0);
    }),
  );
});

test.each(vectors)("after $after: $name is not a line, or not JSON", ({ hex }) => {
  const { taken, goesOn } = read(Buffer.concat([Buffer.from(hex, "hex"), LINE_FEED]));
  if (goesOn) for (const line of taken) expect(() => void JSON.parse(line)).toThrow();
  else expect(taken).toEqual([]);
});

test("the reader knows whether a line is incomplete", () => {
  expect(read(Buffer.from("{}\n{")).begun).toBe(true);
  expect(read(Buffer.from("{}\n")).begun).toBe(false);
});
