/** The tokens in files of other tools are found by name and form, in every notation. A doubtful candidate says why. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText } from "../../../core/import/decode.ts";
import { findTokens, type Candidate } from "../../../core/import/tokens.ts";
import { twitch } from "../../../core/providers/twitch.ts";
import { find, LINE_ENDS, NOTATIONS, own, refresh, suggested, token, values } from "./import-texts.ts";

const folder = new URL("../../vectors/import/", import.meta.url);
const read = (file: string) => decodeText(readFileSync(new URL(file, folder)));
type Expected = Pick<Candidate, "name" | "owner" | "client_id" | "doubt"> & { readonly refresh: boolean };
const expected = JSON.parse(read("expected.json")) as Record<string, readonly Expected[]>;
const shown = (text: string): readonly Expected[] =>
  find(text).map(({ accessToken: _token, refreshToken, line: _line, ...rest }) => ({
    ...rest,
    refresh: refreshToken !== undefined,
  }));
describe("files of other tools", () => {
  test("every file has an expectation", () => {
    const files = readdirSync(folder).filter((name) => !/^\.|^README|^expected/.test(name));
    expect(files.sort()).toEqual(Object.keys(expected).sort());
  });
  test.each(Object.entries(expected))("%s", (file, tokens) => expect(shown(read(file))).toEqual(tokens));
  test("each token that is found stands in its file", () => {
    for (const file of Object.keys(expected))
      for (const value of values(read(file))) {
        expect(read(file)).toContain(value);
        expect(value).toMatch(/^(?:ghp_)?invented(?:access|session|token)/);
      }
  });
});

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
  "JSON in a string of JSON": (text) => JSON.stringify({ saved: JSON.stringify({ access_token: text }) }),
};
describe.each(Object.entries(FORMS))("%s", (_form, write) => {
  test("a token is found once, and its text is not in the JSON of the candidate", () =>
    fc.assert(
      fc.property(token, (text) => {
        expect(values(write(text))).toEqual([text]);
        expect(JSON.stringify(find(write(text)))).not.toContain(text);
      }),
      { numRuns: 50 },
    ));
});

describe.each(Object.entries(NOTATIONS))("in %s", (_notation, write) => {
  test("a token of the provider's form is found with its name and suggested, with every line end", () =>
    fc.assert(
      fc.property(own, fc.constantFrom(...Object.keys(LINE_ENDS)), (text, end) => {
        const file = write("TWITCH_TOKEN", text).replaceAll("\n", end);
        const [found, ...others] = find(`A=1\n${file}\nB=2\n`.replaceAll("\n", end));
        expect(others).toEqual([]);
        expect(found?.accessToken.reveal()).toBe(text);
        expect(found?.name).toMatch(/TWITCH_TOKEN$/);
        expect(found?.doubt).toBeUndefined();
      }),
      { numRuns: 25 },
    ));
  test.each(["client_secret", "CLIENT_ID", "REFRESH_TOKEN", "refresh", "ID_TOKEN"])(
    "a value named %s is no candidate, whatever its form",
    (name) =>
      fc.assert(
        fc.property(own, (text) => {
          expect(find(write(name, text))).toEqual([]);
        }),
        { numRuns: 5 },
      ),
  );
  test.each(["BOT_SECRET", "PASSWORD", "password", "API_KEY", "apiKey", "KEY", "USER_ID"])(
    "a value named %s is never suggested, whatever its form",
    (name) =>
      fc.assert(
        fc.property(own, (text) => {
          expect(suggested(write(name, text))).toEqual([]);
        }),
        { numRuns: 5 },
      ),
  );
  test.each(["DISCORD_TOKEN", "github_token", "youtubeToken", "SPOTIFY_ACCESS_TOKEN", "streamlabs_token"])(
    "another service's %s is never suggested",
    (name) =>
      fc.assert(
        fc.property(own, (text) => {
          expect(suggested(write(name, text))).toEqual([]);
        }),
        { numRuns: 5 },
      ),
  );
});

test.each([
  "OPENAI_TOKEN",
  "aws_session_token",
  "SLACK_BOT_TOKEN",
  "SLACK_OAUTH",
  "GOOGLE_OAUTH_TOKEN",
  "kickAccessToken",
  "TELEGRAM_TOKEN",
  "refreshKey",
  "STREAM_KEY",
  "passwd",
  "IRC_PASS",
  "CLIENTID2",
  "device_id",
  "csrf",
  "webhook_secret",
])("a value named %s is not suggested", (name) => {
  expect(suggested(`${name}=a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5`)).toEqual([]);
});
test("the name of a call, or of the variable for its result, counts too", () => {
  const text = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5";
  for (const file of [
    `bot.setClientSecret("${text}");`,
    `password = decode("${text}")`,
    `secrets = ["${text}"]`,
  ])
    expect(find(file), file).toMatchObject([{ doubt: "name" }]);
  expect(suggested(`bot.login("${text}"); bot.setAccessToken("${text}")`)).toEqual([text]);
});
test("the name of a section, an object or a parent counts too", () => {
  const text = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5";
  for (const file of [
    `[discord]\ntoken=${text}`,
    JSON.stringify({ discord: { auth: { access_token: text } } }),
    `discord:\n  bot:\n    token: ${text}`,
    `discord:\n- token: ${text}`,
    `const discord = { token: "${text}" }`,
  ])
    expect(find(file), file).toMatchObject([{ doubt: "name" }]);
});
/** Other lines of such files, some with quotes or brackets that are never closed. */
const noise = fc.array(
  fc.constantFrom(
    "",
    "# it's a comment",
    "// don't",
    "; the bot's",
    "NAME=value",
    "PROMPT=a(b",
    "GREETING='hello",
    'PATH="C:\\dir\\"',
    "note: it isn't \"done",
    "[section]",
    "list:",
    "  - one",
    "if (x) {",
    "}",
    ")",
    "]",
    "<tag>",
    "a = [1, 2",
    "echo `date`",
    "text with: colons; and, commas",
    "\\",
    "x \\",
    "%%",
    "---",
  ),
  { maxLength: 5 },
);
test("no lines before or after a token hide it", () =>
  fc.assert(
    fc.property(
      noise,
      fc.constantFrom(...Object.keys(NOTATIONS)),
      own,
      noise,
      (before, notation, text, after) => {
        const write = NOTATIONS[notation] ?? String;
        const file = [...before, write("TWITCH_TOKEN", text), ...after].join("\n");
        expect(suggested(file)).toEqual([text]);
      },
    ),
    { numRuns: 500 },
  ));
test("no token is suggested for a provider whose tokens have no form of their own", () =>
  fc.assert(
    fc.property(own, fc.constantFrom(...Object.values(NOTATIONS)), (text, write) => {
      const { candidates } = findTokens(write("ACCESS_TOKEN", text), { id: "local" });
      expect(candidates).toMatchObject([{ doubt: "form" }]);
    }),
  ));
test.each([
  ["29 characters", "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o"],
  ["31 characters", "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p"],
  ["a capital letter", "A1b2c3d4e5f6g7h8i9j0k1l2m3n4o5"],
  ["a hyphen", "a1b2c3d4e5f6g7-8i9j0k1l2m3n4o5"],
])("a value with %s is not suggested", (_what, text) => {
  for (const file of [text, `oauth:${text}`, `TOKEN=${text}`]) expect(suggested(file)).toEqual([]);
});

test("no text makes the search throw, and every candidate is at least 20 bytes long", () =>
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 400 }),
        fc.json(),
        fc.anything().map(fc.stringify),
        fc
          .array(
            fc.constantFrom(
              ..."{}[]()\"'`=:,;#/\\*-<>!&?|$@ \n\r\t",
              "token",
              "oauth:",
              "env:",
              "[a]",
              "- ",
              "curl ",
            ),
          )
          .map((pieces) => pieces.join("")),
        fc.uint8Array({ maxLength: 400 }).map(decodeText),
      ),
      (text) => {
        for (const { accessToken } of find(text)) expect(accessToken.byteLength).toBeGreaterThanOrEqual(20);
      },
    ),
    { numRuns: 1_000 },
  ));

test("a displayed name holds no part of a value, even if a value stands in the place of a name", () =>
  fc.assert(
    fc.property(
      fc.oneof(own, token, refresh),
      own,
      fc.constantFrom(...Object.values(NOTATIONS)),
      fc.constantFrom("=", ": ", " ", ", ", ":", "&", "#"),
      (secret, value, write, between) => {
        const files = [
          write(secret, value),
          `${secret}${between}${value}`,
          write("TOKEN", `${secret}${between}${value}`),
          JSON.stringify({ username: secret, [secret]: { token: value } }),
          `[${secret}]\ntoken=${value}`,
        ];
        for (const file of files)
          for (const { name = "", owner = "" } of find(file))
            for (let at = 0; at + 12 <= secret.length; at++)
              expect(`${name} ${owner}`).not.toContain(secret.slice(at, at + 12));
      },
    ),
    { numRuns: 300 },
  ));

test("a word before a value is displayed only if it is clearly a name", () => {
  const text = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5";
  for (const file of [`hunter ${text}`, `login("hunter", "${text}")`, `TOKEN="hunter:${text}"`])
    expect(JSON.stringify(find(`A=1\n${file}`)), file).not.toContain("hunter");
  expect(find(`A=1\nsecret ${text}`)).toMatchObject([{ doubt: "name" }]);
  expect(find(`A=1\nsetx TWITCH ${text}`)).toMatchObject([{ name: "TWITCH" }]);
});

test.each([
  ["an empty file", ""],
  ["a word", "password"],
  ["a sentence", "this is a sentence that is longer than any token is"],
  ["a client secret", "CLIENT_SECRET=inventedsecretofaclient0000001"],
  ["a refresh token alone", "REFRESH_TOKEN=inventedrefreshtoken0000000001"],
  ["an ID token", '{"id_token":"eyJub3QiOiJhbiBhY2Nlc3MgdG9rZW4ifQ.e30.c2ln"}'],
  ["a picture", "\u0089PNG\r\n\u001a\n\u0000\u0000"],
  ["a placeholder", "TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
  ["a variable's name in a program", "token: process.env.TWITCH_ACCESS_TOKEN_OF_THE_BOT"],
  ["a comment", "# TOKEN=an-old-token-that-is-not-used-any-more"],
  ["the token endpoint's address", "token_url = https://id.example.com/oauth2/token/and/more"],
])("%s is no candidate", (_what, text) => expect(find(text)).toEqual([]));

test("in an unknown notation a token of the provider's form is found, but not suggested", () => {
  const text = "\u0000\u0001SQLite\u0002table\u0003#a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5\u0004";
  expect(find(`// ${text}`)).toMatchObject([{ doubt: "name" }]);
});
test("a refresh token is no candidate, even if it appears again under another name", () => {
  const same = "inventedrefreshtoken0000000001";
  expect(find(`REFRESH_TOKEN=${same}\nOTHER=${same}\n${same}`)).toEqual([]);
});

test("a token in two places is one candidate, with the doubt of either place", () => {
  const same = { access_token: "inventedaccesstoken00000000001" };
  expect(find(JSON.stringify([same, { a: same }]))).toHaveLength(1);
  expect(find(JSON.stringify([same, { discord: same }]))).toMatchObject([{ doubt: "name" }]);
});
test("up to a thousand candidates are listed, and the others are counted", () => {
  const many = (count: number) =>
    JSON.stringify(
      Array.from({ length: count }, (_, at) => ({ token: `inventedaccess${String(at).padStart(16, "0")}` })),
    );
  expect(findTokens(many(300), twitch)).toMatchObject({ more: 0, candidates: { length: 300 } });
  expect(findTokens(many(1_234), twitch)).toMatchObject({ more: 234, candidates: { length: 1_000 } });
});

test("a file nested 5,000 levels deep is read without an error, and the token after it is found", () => {
  const deep = "[".repeat(5_000) + "]".repeat(5_000);
  expect(find(deep)).toEqual([]);
  expect(values(`${deep}\nTOKEN=a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5`)).toHaveLength(1);
});
