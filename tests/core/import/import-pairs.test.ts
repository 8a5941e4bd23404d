/** Which refresh token belongs to an access token, and files in every encoding. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText } from "../../../core/import/decode.ts";
import { findTokens } from "../../../core/import/tokens.ts";
import { find, LINE_ENDS, NOTATIONS, own, refresh } from "./import-texts.ts";

describe("the refresh token of an access token", () => {
  /** In these notations each value is an object, a call or a URL of its own. */
  const apart = [
    "javascript",
    "json",
    "json with comments",
    "ruby",
    "python, call",
    "query",
    "list of variables",
    "list of variables, yaml",
  ];
  const together = Object.entries(NOTATIONS).filter(([notation]) => !apart.includes(notation));
  test.each(together)(
    "%s: a refresh token on the next line belongs to the access token",
    (_notation, write) =>
      fc.assert(
        fc.property(own, refresh, (access, renews) => {
          const file = `${write("TWITCH_ACCESS_TOKEN", access)}\n${write("TWITCH_REFRESH_TOKEN", renews)}`;
          const [found] = find(file);
          expect(found?.refreshToken?.reveal()).toBe(renews);
        }),
        { numRuns: 5 },
      ),
  );
  /** Each line has one name. Only the last line of each name counts, and tokens of two pairs are never mixed. */
  test("the last value of a repeated name counts, and an earlier refresh token is never joined to it", () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("access", "refresh"), { minLength: 1, maxLength: 7 }),
        fc.constantFrom("env", "json", "yaml"),
        (kinds, notation) => {
          const lines = kinds.map((kind, at) => ({
            name: `${kind}_token`,
            value: `invented${kind}`.padEnd(kind === "access" ? 29 : 49, "0") + String(at),
          }));
          const text =
            notation === "json"
              ? `{${lines.map(({ name, value }) => `"${name}":"${value}"`).join(",")}}`
              : lines
                  .map(({ name, value }) => `${name}${notation === "env" ? "=" : ": "}${value}`)
                  .join("\n");
          const [found, ...others] = find(text);
          expect(others).toEqual([]);
          const last = kinds.lastIndexOf("access");
          expect(found?.accessToken.reveal()).toBe(lines[last]?.value);
          const joined = found?.refreshToken?.reveal();
          if (joined === undefined) return;
          expect(joined).toBe(lines[kinds.lastIndexOf("refresh")]?.value);
          expect(Math.abs(kinds.lastIndexOf("refresh") - last)).toBe(1);
        },
      ),
    ));
  test.each([
    ["access first", ["access", "refresh"]],
    ["refresh first", ["refresh", "access"]],
  ])("of repeated pairs, %s, the last pair is taken whole", (_order, pair) => {
    const kinds = [...pair, ...pair, ...pair];
    const text = kinds
      .map((kind, at) => `${kind}_token=invented${kind}`.padEnd(44, "0") + String(at))
      .join("\n");
    const [found] = findTokens(text, { id: "local" }).candidates;
    expect(found?.accessToken.reveal()).toMatch(pair[0] === "access" ? /4$/ : /5$/);
    expect(found?.refreshToken?.reveal()).toMatch(pair[0] === "access" ? /5$/ : /4$/);
  });
  test("two names with two tokens are two candidates, and the refresh token belongs to one of them", () => {
    const text = JSON.stringify({
      token: "inventedaccesstoken00000000001",
      access_token: "inventedaccesstoken00000000002",
      refresh_token: "inventedrefreshtoken0000000000001",
    });
    expect(find(text)).toMatchObject([{ name: "token" }, { name: "access_token" }]);
    expect(find(text).map(({ refreshToken }) => refreshToken !== undefined)).toEqual([false, true]);
  });
});

const ENCODINGS: Record<string, (text: string) => Buffer> = {
  "UTF-8": (text) => Buffer.from(text),
  "UTF-8 with a byte order mark": (text) => Buffer.from(`\uFEFF${text}`),
  "UTF-16 LE": (text) => Buffer.from(text, "utf16le"),
  "UTF-16 LE with a byte order mark": (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  "UTF-16 BE": (text) => Buffer.from(text, "utf16le").swap16(),
  "UTF-16 BE with a byte order mark": (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
  "Latin-1": (text) => Buffer.from(`# Schlüssel für später\n${text}`, "latin1"),
  "UTF-8, then UTF-16": (text) =>
    Buffer.concat([Buffer.from("CHANNEL=harborlights\n"), Buffer.from(text, "utf16le")]),
  "UTF-16 with a byte order mark, then UTF-8": (text) =>
    Buffer.concat([Buffer.from("\uFEFFCHANNEL=harborlights\n", "utf16le"), Buffer.from(text)]),
};
describe.each(Object.entries(ENCODINGS))("in %s", (_encoding, encode) => {
  test.each(Object.entries(LINE_ENDS))("both tokens are found with the line end %j", (end) =>
    fc.assert(
      fc.property(own, refresh, (access, renews) => {
        const text = [`# c`, `ACCESS_TOKEN=${access}`, `REFRESH_TOKEN=${renews}`, ""].join(end);
        const [found] = find(decodeText(encode(text)));
        expect(found?.accessToken.reveal()).toBe(access);
        expect(found?.refreshToken?.reveal()).toBe(renews);
      }),
      { numRuns: 10 },
    ),
  );
});
