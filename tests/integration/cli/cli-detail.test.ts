/** The detail of an error that the command line does not expect: never empty, whatever was thrown, and without secrets. */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { reportFailure } from "../../../cli/run.ts";
import { errorDetail } from "../../../cli/messages.ts";

const key = randomBytes(32).toString("base64url");
const circle = new Error("the outer one");
circle.cause = new Error("the inner one", { cause: circle });

test.each<[string, unknown, string[]]>([
  ["causes in a circle", circle, ["the outer one", "the inner one"]],
  [
    "several errors in one",
    new AggregateError([new Error(`no route; key ${key}`), new TypeError("no name")]),
    ["no route", "TypeError: no name"],
  ],
  ["nothing at all", null, ["null"]],
  ["an object that is no error", { code: "E_ODD", key }, ["E_ODD"]],
  ["an object without a prototype", Object.create(null), ["{}"]],
  ["a code that is a number", Object.assign(new Error("odd"), { code: 20 }), ["Error (20): odd"]],
  ["a message that is no text", Object.assign(new Error(), { message: undefined }), ["Error"]],
])("%s", async (_name, thrown, parts) => {
  const detail = errorDetail(thrown);
  for (const part of parts) expect(detail).toContain(part);
  expect(detail).not.toContain(key);
  expect(detail.length).toBeLessThanOrEqual(1_000);
  expect(await reportFailure(thrown, false)).toBe(1);
});
