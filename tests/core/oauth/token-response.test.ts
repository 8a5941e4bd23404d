/** A good access token is kept whatever the other members are. A failure names the unusable member, never its value. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LONGEST_LIFE_SEC } from "../../../core/bounds.ts";
import { tokenAnswer } from "../../../core/oauth/form.ts";
import { readTokenResponse, type TokenSet } from "../../../core/oauth/token-response.ts";

const bare = { access_token: "at", token_type: "bearer" };
const ASKED = ["chat:read"];
const read = (body: Record<string, unknown>) => readTokenResponse(body, ASKED, 1_000);
/** The tokens as text, so that they can be compared. */
function tokensOf(body: Record<string, unknown>) {
  const answer = read(body);
  if (answer.kind !== "tokens") throw new Error(`unusable ${answer.member}`);
  const { accessToken, refreshToken, idToken, ...rest }: TokenSet = answer.tokens;
  return {
    ...rest,
    access: accessToken.reveal(),
    ...(refreshToken !== undefined && { refresh: refreshToken.reveal() }),
    ...(idToken !== undefined && { id: idToken.reveal() }),
  };
}

test.each([
  ["scope as text", { scope: "chat:read chat:edit" }, { scopes: ["chat:read", "chat:edit"] }],
  [
    "scope with tabs and line ends",
    { scope: "chat:read\tchat:edit\n" },
    { scopes: ["chat:read", "chat:edit"] },
  ],
  ["scope as an array", { scope: ["chat:edit"] }, { scopes: ["chat:edit"] }],
  ["an array with an empty string means no scopes", { scope: [""] }, { scopes: [] }],
  ["an array with other types in it", { scope: ["chat:edit", 7, null] }, { scopes: ["chat:edit"] }],
  ["no scope means the requested scopes", {}, { scopes: ASKED }],
  ["scope null", { scope: null }, { scopes: ASKED }],
  ["scope as a number", { scope: 7 }, { scopes: ASKED }],
  ["scope as an object", { scope: { read: true } }, { scopes: ASKED }],
  ["scope as an array of numbers", { scope: [7] }, { scopes: ASKED }],
  ["expires_in is seconds", { expires_in: 60 }, { expiresAtMs: 61_000 }],
  ["expires_in in quotes", { expires_in: "60" }, { expiresAtMs: 61_000 }],
  ["expires_in in quotes with a fraction", { expires_in: " 60.5 " }, { expiresAtMs: 61_500 }],
  [
    "the longest lifetime",
    { expires_in: LONGEST_LIFE_SEC },
    { expiresAtMs: 1_000 + LONGEST_LIFE_SEC * 1_000 },
  ],
  ["Bearer in any case", { token_type: "BEARER " }, {}],
  ["no token_type", { token_type: undefined }, {}],
  ["token_type null", { token_type: null }, {}],
  ["token_type as a number", { token_type: 7 }, {}],
  ["a refresh token as a number", { refresh_token: 700 }, { refresh: "700" }],
  ["white space around the access token", { access_token: " at\r\n" }, { access: "at" }],
])("%s", (_name, members, want) =>
  expect(tokensOf({ ...bare, ...members })).toMatchObject({ access: "at", ...want }),
);

test.each([
  undefined,
  null,
  0,
  "0",
  -1,
  0.5,
  "soon",
  "",
  true,
  {},
  [],
  1e300,
  "9".repeat(400),
  LONGEST_LIFE_SEC + 1,
  NaN,
])("expires_in %s means that the expiry is unknown", (expires_in) =>
  expect(tokensOf({ ...bare, expires_in })).toEqual({ access: "at", scopes: ASKED }),
);
test.each([undefined, null, "", "  ", false])("refresh_token %j counts as missing", (refresh_token) =>
  expect(tokensOf({ ...bare, refresh_token })).toEqual({ access: "at", scopes: ASKED }),
);
test.each([[{}], [["r"]], [true], [1e300], [0.5]])(
  "refresh_token %j counts as present and unreadable",
  (refresh_token) =>
    expect(tokensOf({ ...bare, refresh_token })).toEqual({
      access: "at",
      scopes: ASKED,
      refreshTokenUnreadable: true,
    }),
);
test.each([null, "", 7, {}, []])("id_token %j counts as missing", (id_token) =>
  expect(tokensOf({ ...bare, id_token })).toEqual({ access: "at", scopes: ASKED }),
);

describe("the failure names the unusable member, and the refresh token is kept", () => {
  test.each([
    ["access_token", { token_type: "bearer" }],
    ["access_token", { ...bare, access_token: "" }],
    ["access_token", { ...bare, access_token: null }],
    ["access_token", { ...bare, access_token: 7 }],
    ["access_token", { ...bare, access_token: "t\u00e4ken" }],
    ["access_token", { ...bare, access_token: "two words" }],
    ["token_type", { ...bare, token_type: "mac" }],
    ["token_type", { ...bare, token_type: "DPoP" }],
  ])("%s", (member, body) => {
    const answer = read({ ...body, refresh_token: "rt" });
    expect(answer).toMatchObject({ kind: "unusable", member });
    expect(answer.kind === "unusable" && answer.refreshToken?.reveal()).toBe("rt");
    expect(JSON.stringify(answer)).not.toMatch(/DPoP|mac|words/);
  });
});

test("for any other members: a good access token is read, and every number is within its bounds", () => {
  const members = fc.dictionary(
    fc.constantFrom("expires_in", "refresh_token", "id_token", "scope", "error", "status", "__proto__", "x"),
    fc.oneof(fc.jsonValue(), fc.double(), fc.maxSafeInteger(), fc.stringMatching(/^\d{1,400}$/)),
  );
  fc.assert(
    fc.property(members, (beside) => {
      const tokens = tokensOf({ ...beside, ...bare });
      expect(tokens.access).toBe("at");
      expect(tokens.scopes.every((scope) => typeof scope === "string" && scope !== "")).toBe(true);
      const { expiresAtMs = 2_000 } = tokens;
      expect(Number.isSafeInteger(expiresAtMs) && expiresAtMs >= 2_000).toBe(true);
      expect(expiresAtMs).toBeLessThanOrEqual(1_000 + LONGEST_LIFE_SEC * 1_000);
    }),
    { numRuns: 2_000 },
  );
});

test("JSON with a byte order mark and a form are read, an incomplete answer or one without tokens is not", () => {
  const text = JSON.stringify(bare);
  for (const body of [text, `\uFEFF${text}`, `\n ${text}\n`]) expect(tokenAnswer(body)).toEqual(bare);
  expect(tokenAnswer("access_token=at%2F1&token_type=bearer")).toEqual({
    access_token: "at/1",
    token_type: "bearer",
  });
  expect(tokenAnswer(`${text}\n\0\0`)).toEqual(bare);
  expect(tokenAnswer("access_token=at&scope=chat:read chat:edit\n")).toEqual({
    access_token: "at",
    scope: "chat:read chat:edit",
  });
  for (const body of ["", "<html>", "null", "7", "[]", text.slice(0, -1), `${text}${text}`, "a=b", "at"])
    expect(tokenAnswer(body)).toBeUndefined();
});
