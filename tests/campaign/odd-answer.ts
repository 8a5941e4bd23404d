/** Answers that no server should give, and their usable parts, written from the rule, not from the code that reads them. */
import fc from "fast-check";
import type { OddAnswer, OddProvider, Path } from "./odd-provider.ts";

// Values for the members of an answer.
const STATUSES = [
  200, 200, 200, 200, 200, 201, 202, 203, 204, 206, 226, 301, 302, 303, 307, 308, 400, 400, 401, 403, 404,
  405, 407, 408, 409, 410, 418, 421, 422, 425, 428, 429, 451, 500, 501, 502, 503, 504, 511, 599,
];
const LIMITS = [
  0,
  -0,
  -1,
  0.5,
  1,
  300,
  301,
  315_360_000,
  315_360_001,
  2 ** 31,
  2 ** 53,
  9.2e15,
  1e21,
  1e300,
  -1e300,
];
const WORDS = [
  "",
  " ",
  "600",
  "0",
  "9".repeat(400),
  "null",
  "Bearer",
  "mac",
  "t\u00f6ken",
  "a b",
  "x\r\ny",
  "\u0000",
  "\u{1f512}",
  "https://127.0.0.1:1/",
];
const ERRORS = [
  "invalid_grant",
  "invalid_client",
  "invalid_token",
  "invalid_request",
  "authorization_pending",
  "slow_down",
  "access_denied",
  "bad_refresh_token",
  "server_error",
  "Forbidden",
  "",
  "<b>",
];
const MESSAGES = [
  "Invalid refresh token",
  "invalid access token",
  "invalid client",
  "invalid client secret",
  "Invalid token",
  "authorization_pending",
  "client does not exist",
  "nothing",
];
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    [],
    {},
    [null],
    ["read", 7],
    { a: { b: [1] } },
    ...LIMITS,
    ...WORDS,
  ),
  fc.jsonValue(),
);
type Encoding = "utf8" | "bom" | "utf16" | "half" | "page" | "empty" | "array" | "large" | "latin1";
const encoding = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Encoding>("utf8") },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Encoding>("bom", "utf16", "half", "page", "empty", "array", "large", "latin1"),
  },
);
/** Keeps, removes or replaces each member of a good answer, adds other members, and shuffles them. */
export const changes = fc.record({
  members: fc.array(fc.tuple(fc.nat(7), fc.oneof(fc.constant(undefined), odd)), { maxLength: 4 }),
  error: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.oneof(fc.constantFrom<unknown>(...ERRORS), odd) },
  ),
  message: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...MESSAGES) },
  ),
  turn: fc.nat(7),
  encoding,
  status: fc.constantFrom(...STATUSES),
  headers: fc.constantFrom<Readonly<Record<string, string>>>(
    {},
    {},
    {},
    { "retry-after": "99999999999" },
    { "retry-after": "soon" },
    { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" },
    { date: "Thu, 01 Jan 1970 00:00:00 GMT" },
    { "www-authenticate": 'Bearer error="invalid_token"' },
    { "www-authenticate": "Basic" },
    { "content-type": "text/html" },
  ),
});
export type Changes = typeof changes extends fc.Arbitrary<infer C> ? C : never;

export interface Made {
  readonly answer: OddAnswer;
  /** The object that a whole body holds; undefined: no whole answer leaves the server. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}
function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined; // in one octet per character, a character may become one that JSON forbids
  }
}
export function make(good: Readonly<Record<string, unknown>>, change: Changes, strangerOrigin: string): Made {
  const members = Object.entries(good);
  for (const [at, value] of change.members) {
    const member = members[at % members.length];
    if (member !== undefined) member[1] = value;
  }
  if (change.error !== undefined) members.push(["error", change.error]);
  if (change.message !== undefined) members.push(["message", change.message], ["status", change.status]);
  const turned = [
    ...members.slice(change.turn % members.length),
    ...members.slice(0, change.turn % members.length),
  ];
  const text = JSON.stringify(Object.fromEntries(turned.filter(([, value]) => value !== undefined)));
  const bodies: Readonly<Record<Encoding, Buffer>> = {
    utf8: Buffer.from(text),
    bom: Buffer.from(`\uFEFF${text}`),
    utf16: Buffer.from(`\uFEFF${text}`, "utf16le"),
    half: Buffer.from(text.slice(0, Math.ceil(text.length / 2))),
    page: Buffer.from("<!doctype html><title>Log in to this network</title>"),
    empty: Buffer.alloc(0),
    array: Buffer.from(`[${text}]`),
    large: Buffer.alloc(100_000, " "),
    latin1: Buffer.from(text, "latin1"),
  };
  const redirect = change.status >= 300 && change.status < 400;
  const whole = ["utf8", "bom", "utf16", "latin1"].includes(change.encoding) && change.status !== 204;
  // Only octets that are not UTF-8 are replaced.
  const read = change.encoding === "latin1" ? bodies.latin1.toString("utf8") : text;
  return {
    answer: {
      status: change.status,
      body: bodies[change.encoding],
      headers: { ...change.headers, ...(redirect && { location: `${strangerOrigin}/elsewhere?code=1` }) },
    },
    body: whole ? objectIn(read) : undefined,
  };
}

interface Arrived {
  readonly access?: string;
  readonly refresh?: string;
  readonly usable?: boolean;
}
/** The usable tokens of a token endpoint's answer. Written from the rule, not from the code that reads them. */
export function arrived({ answer: { status }, body }: Made): Arrived {
  if (status === 204 || (status >= 300 && status < 400) || body === undefined) return {};
  const { access_token, refresh_token, token_type } = body;
  const access =
    typeof access_token === "string" && /^[\x21-\x7e]+$/.test(access_token.trim())
      ? access_token.trim()
      : undefined;
  const refresh =
    typeof refresh_token === "string" && refresh_token.trim() !== "" ? refresh_token : undefined;
  const bearer = typeof token_type !== "string" || ["", "bearer"].includes(token_type.trim().toLowerCase());
  // With a status of failure only a usable access token shows that the server acted.
  if (status > 299 && (access === undefined || !bearer)) return {};
  return {
    ...(access !== undefined && { access }),
    ...(refresh !== undefined && { refresh }),
    usable: access !== undefined && bearer,
  };
}
/** Whether the refresh token of the request may be sent again: the answer shows that it was not replaced. */
export function mayBeSentAgain(made: Made): boolean {
  const { answer, body } = made;
  const { status } = answer;
  const { access, refresh: next } = arrived(made);
  if (next !== undefined) return false;
  // Without a refresh token, or with a blank one, the old one stays valid (RFC 6749 §6); an unreadable one has replaced it.
  const named = body?.["refresh_token"];
  if (access !== undefined)
    return typeof named === "string" ? named.trim() === "" : [null, undefined, false].includes(named as null);
  if (status >= 400 && status < 500) return true;
  if (status === 500 || status === 503) return body !== undefined;
  return status >= 200 && status < 300 && body !== undefined && ("error" in body || "message" in body);
}

/** The correct answers, which the test changes. */
export const GOOD = (provider: OddProvider): Readonly<Record<Path, () => Record<string, unknown>>> => ({
  token: () => {
    const { access, refresh } = provider.mint();
    return {
      access_token: access,
      refresh_token: refresh,
      expires_in: 14_000,
      scope: ["read"],
      token_type: "bearer",
      id_token: undefined,
    };
  },
  validate: () => ({ ...provider.user, scopes: ["read"], expires_in: 14_000 }),
  revoke: () => ({ status: 200 }),
  device: () => ({
    device_code: "d",
    user_code: "ABCD",
    verification_uri: `${provider.origin}/activate`,
    expires_in: 600,
    interval: 5,
  }),
  keys: () => ({ keys: [] }),
  userinfo: () => ({
    sub: provider.user.user_id,
    preferred_username: provider.user.login,
    updated_at: 1,
    exp: 2,
  }),
  authorize: () => ({}),
  discovery: () => ({
    issuer: provider.origin,
    authorization_endpoint: `${provider.origin}/a`,
    token_endpoint: `${provider.origin}/t`,
    scopes_supported: ["a"],
    jwks_uri: "",
  }),
});
