/** What other tools keep is found by its names, and nothing else is taken for a token. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findTokens } from "../../core/import/tokens.ts";

const read = (file: string) => readFileSync(new URL(`../vectors/import/${file}`, import.meta.url), "utf8");
const expected = JSON.parse(read("expected.json")) as Record<
  string,
  { client_id?: string; name?: string; refresh: boolean }[]
>;
const plain = (text: string) =>
  findTokens(text).map(({ refreshToken, client_id, name }) => ({
    refresh: refreshToken !== undefined,
    ...(client_id !== undefined && { client_id }),
    ...(name !== undefined && { name }),
  }));

describe("files of other tools", () => {
  test.each(Object.entries(expected))("%s", (file, tokens) => expect(plain(read(file))).toEqual(tokens));
  test("their tokens are the ones that stand in them", () => {
    for (const file of Object.keys(expected))
      for (const { accessToken } of findTokens(read(file))) {
        expect(read(file)).toContain(accessToken.reveal());
        expect(accessToken.reveal()).toMatch(/^invented(?:access|session)/);
      }
  });
});

/** RFC 6750 §2.1, as long as tokens are. */
const token = fc.stringMatching(/^[A-Za-z0-9._~+/-]{20,60}={0,2}$/);
const FORMS: Record<string, (text: string) => string> = {
  bare: (text) => text,
  "with space around": (text) => `\n  ${text}\t\n`,
  quoted: (text) => `"${text}"`,
  "for IRC": (text) => `oauth:${text}`,
  "as a header's value": (text) => `Bearer ${text}`,
  "as a header": (text) => `Authorization: OAuth ${text}`,
  "a line": (text) => `ACCESS_TOKEN=${text}`,
  "a line of a shell": (text) => `export TOKEN='${text}'`,
  JSON: (text) => JSON.stringify({ access_token: text }),
  "JSON within JSON": (text) => JSON.stringify([{ a: { b: [{ oauthToken: `oauth:${text}` }] } }]),
};
describe.each(Object.entries(FORMS))("%s", (_form, write) => {
  test("it is found, once, and does not show", () =>
    fc.assert(
      fc.property(token, (text) => {
        const found = findTokens(write(text));
        expect(found.map(({ accessToken }) => accessToken.reveal())).toEqual([text]);
        expect(JSON.stringify(found)).not.toContain(text);
      }),
    ));
});

test("nothing makes it throw, and what is found is a token", () =>
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary", maxLength: 400 }), fc.json(), fc.anything().map(fc.stringify)),
      (text) => {
        for (const { accessToken } of findTokens(text))
          expect(accessToken.byteLength).toBeGreaterThanOrEqual(20);
      },
    ),
    { numRuns: 400 },
  ));

test.each([
  ["nothing", ""],
  ["a word", "password"],
  ["a sentence", "this is a sentence that is longer than any token is"],
  ["a secret of a client", "CLIENT_SECRET=inventedsecretofaclient0000001"],
  ["a refresh token alone", "REFRESH_TOKEN=inventedrefreshtoken0000000001"],
  ["an ID token", '{"id_token":"eyJub3QiOiJhbiBhY2Nlc3MgdG9rZW4ifQ.e30.c2ln"}'],
  ["a picture", "\u0089PNG\r\n\u001a\n\u0000\u0000"],
])("%s is none", (_what, text) => expect(findTokens(text)).toEqual([]));

test("the same token in two places is one; more than twenty are not a person's", () => {
  const same = { access_token: "inventedaccesstoken0000000001" };
  expect(findTokens(JSON.stringify([same, { a: same }]))).toHaveLength(1);
  const many = Array.from({ length: 50 }, (_, at) => ({
    token: `inventedaccesstoken${String(at).padStart(10, "0")}`,
  }));
  expect(findTokens(JSON.stringify(many))).toHaveLength(20);
});

test("a file as deep as it likes is read as far as people nest things", () => {
  const deep = "[".repeat(5_000) + "]".repeat(5_000);
  expect(findTokens(deep)).toEqual([]);
});

/** Of the processor: what else the machine does is not in it. The least of some, since memory is tidied up meanwhile. */
function leastWork(text: string): number {
  const times = Array.from({ length: 5 }, () => {
    const started = process.cpuUsage();
    expect(findTokens(text)).toEqual([]);
    const { user, system } = process.cpuUsage(started);
    return user + system;
  });
  return Math.min(...times);
}

test.each([
  ["spaces", (length: number) => `A=${" ".repeat(length)}x`],
  ["spaces and marks", (length: number) => `TOKEN="${" ".repeat(length)}#`],
  ["quotes", (length: number) => `TOKEN=${"' ".repeat(length / 2)}`],
  ["lines", (length: number) => "TOKEN=\n".repeat(length / 8)],
])("a file full of %s takes time as it is long, not as its square", (_what, file) => {
  const short = Math.max(leastWork(file(64 * 1024)), 1_000); // less is no measure
  expect(leastWork(file(512 * 1024)) / short).toBeLessThan(8 * 3);
});
