import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cleaned } from "../../core/redaction.ts";

const TOKEN = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5";
const REFRESH = "dGhpcyBpcyBhIHJlZnJlc2ggdG9rZW4x%2F+/=";

test.each([
  `{"access_token":"${TOKEN}"}`,
  `{"cause":{"message":"body was {\\"refresh_token\\":\\"${REFRESH}\\"}"}}`,
  `grant_type=refresh_token&refresh_token=${REFRESH}&client_id=x`,
  `client_secret=hunter2hunter2`,
  `{"passphrase":"hunter2hunter2"}`,
  `Authorization: Bearer ${TOKEN}`,
  `OAuth ${TOKEN}`,
  `pass oauth:${TOKEN}`,
  `http://localhost:3000/?code=hunter2hunter2&state=x`,
  `app.tokenkeep://callback/sandbox#access_token=hunter2hunter2`,
  `id eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl`,
  `the token ${TOKEN} was refused`,
])("%s: its secret is removed", (line) => {
  expect(cleaned(line)).not.toMatch(/hunter2|a1b2c3d4|dGhpcyBp|c2lnbmF0/);
});

test.each([
  '{"level":30,"time":1795000000000,"signIn":"2f1e9f6a-8a51-4c1b-9d3e-0a8d5c6b7e11","msg":"refresh.done"}',
  '{"msg":"validate.unknown","code":"provider_unreachable"}',
  '{"cause":{"name":"Error","message":"net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH"}}',
  '{"file":"2f1e9f6a-8a51-4c1b-9d3e-0a8d5c6b7e11.json","why":"damaged"}',
  "at openByKeychain (file:///opt/Tokenkeep/resources/app.asar/out/main/index.js:120:14)",
])("%s: stays unchanged", (line) => {
  expect(cleaned(line)).toBe(line);
});

test("random text in base64url is removed, even if it has hyphens or no digit", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom("base64url", "hex" as const), (seed, form) => {
      const secret = createHash("sha256")
        .update(String(seed))
        .digest(form as "hex");
      expect(cleaned(`lstat '/tmp/${secret}/cli.json'`)).toBe("lstat '/tmp/[redacted]/cli.json'");
    }),
    { numRuns: 2_000 },
  );
});
test.each([
  "ElgR-zwDeVE_TaIJv-DG01AcCXLKpafEBwzUzUsaK9I", // hyphens as in a name
  "kGRqvnLZDbTxYcFWmHsJpQoUiEaXzBtNyMfVgCdKrSh", // no digit
])("%s is removed", (secret) => {
  expect(cleaned(`key ${secret}.`)).toBe("key [redacted].");
});
test.each([
  "tokenkeep-linux-x64-33-2-1-unpacked",
  "ERR_SSL_VERSION_OR_CIPHER_MISMATCH_2",
  "readableStreamDefaultControllerClose",
])("%s is a name, and is not removed", (name) => {
  expect(cleaned(`key ${name}.`)).toBe(`key ${name}.`);
});
