/** Validation of ID tokens, claim by claim (OpenID Connect Core §3.1.3.7, §3.2.2.11). */
import { beforeAll, describe, expect, test } from "vitest";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JSONWebKeySet } from "jose";
import { claimViews, displayNameOf } from "../../../core/oidc/claims.ts";
import { claimsOf, verifyIdToken, type ExpectedIdToken } from "../../../core/oidc/id-token.ts";
import { algorithmsOf, keysRequest, readKeys } from "../../../core/oidc/keys.ts";
import { readUserinfo, userinfoRequest } from "../../../core/oidc/userinfo.ts";
import type { HttpOutcome } from "../../../core/ports.ts";
import { twitch } from "../../../core/providers/twitch.ts";
import { Secret } from "../../../core/secret.ts";

const NOW_MS = 1_800_000_000_000;
const NOW_SEC = NOW_MS / 1000;
const ISSUER = "https://id.example/oauth2";
const ACCESS = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
/** OpenID Connect Core, appendix A.3: this access token has this hash. */
const AT_HASH = "77QmUPtjPfzWtF2AnpK9RQ";
const expected: ExpectedIdToken = {
  issuer: ISSUER,
  client_id: "cid",
  nonce: new Secret("n-1"),
  algorithms: ["RS256"],
};
const withAccess = (bound: boolean): ExpectedIdToken => ({
  ...expected,
  accessToken: { token: new Secret(ACCESS), bound },
});

let keys: JSONWebKeySet;
let sign: (claims?: object, header?: object) => Promise<Secret>;
let signOther: typeof sign;
beforeAll(async () => {
  const [own, other] = await Promise.all([generateKeyPair("RS256"), generateKeyPair("RS256")]);
  keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: "1", alg: "RS256", use: "sig" }] };
  const signer =
    ({ privateKey }: typeof own): typeof sign =>
    async (claims = {}, header = {}) => {
      const right = { iss: ISSUER, sub: "42", aud: "cid", nonce: "n-1", iat: NOW_SEC, exp: NOW_SEC + 900 };
      const payload = JSON.parse(JSON.stringify({ ...right, ...claims })) as Record<string, unknown>;
      const jwt = new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: "1", ...header });
      return new Secret(await jwt.sign(privateKey));
    };
  [sign, signOther] = [signer(own), signer(other)];
});
const verdict = (token: Secret, what = expected) => verifyIdToken(token, what, keys, NOW_MS);

describe("an ID token", () => {
  test("with the expected claims identifies the user", async () => {
    expect(await verdict(await sign({ at_hash: AT_HASH, azp: "cid" }), withAccess(true))).toMatchObject({
      kind: "verified",
      claims: { sub: "42" },
    });
  });
  test("needs no at_hash in the code flow, and needs one in the implicit flow", async () => {
    expect(await verdict(await sign(), withAccess(false))).toMatchObject({ kind: "verified" });
    expect(await verdict(await sign(), withAccess(true))).toEqual({ kind: "rejected", why: "at_hash" });
  });
  test.each([
    ["another issuer", { iss: `${ISSUER}/` }, "issuer"],
    ["another client", { aud: "other" }, "audience"],
    ["another client as azp", { azp: "other" }, "audience"],
    ["two audiences and no azp", { aud: ["cid", "other"] }, "audience"],
    ["an expiry in the past", { exp: NOW_SEC - 61 }, "expired"],
    ["no expiry", { exp: undefined }, "malformed"],
    ["no iat", { iat: undefined }, "malformed"],
    ["no sub", { sub: undefined }, "malformed"],
    ["an empty sub", { sub: "" }, "malformed"],
    ["a foreign nonce", { nonce: "n-2" }, "nonce"],
    ["no nonce", { nonce: undefined }, "nonce"],
    ["another token's hash", { at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }, "at_hash"],
  ])("with %s is refused", async (_name, claims, why) => {
    const token = await sign({ at_hash: AT_HASH, ...claims });
    expect(await verdict(token, withAccess(true))).toEqual({ kind: "rejected", why });
  });
  test("that expired less than a minute ago is accepted", async () => {
    expect(await verdict(await sign({ exp: NOW_SEC - 30 }))).toMatchObject({ kind: "verified" });
  });
  test("without a signature is refused", async () => {
    const claims = { sub: "42", nonce: "n-1", iat: NOW_SEC };
    const bare = new UnsecuredJWT(claims)
      .setIssuer(ISSUER)
      .setAudience("cid")
      .setExpirationTime(NOW_SEC + 900);
    expect(await verdict(new Secret(bare.encode()))).toEqual({ kind: "rejected", why: "algorithm" });
  });
  test("with an HMAC signature is refused", async () => {
    const hmac = new SignJWT({ iss: ISSUER, sub: "42", aud: "cid", nonce: "n-1" }).setProtectedHeader({
      alg: "HS256",
    });
    const token = new Secret(
      await hmac.sign(new TextEncoder().encode("the client's own secret, for all to see")),
    );
    expect(await verdict(token)).toEqual({ kind: "rejected", why: "algorithm" });
    expect(algorithmsOf({ jwksUri: "", algorithms: ["none", "HS256", "ES256"] })).toEqual(["ES256"]);
    expect(algorithmsOf({ jwksUri: "" })).toEqual(["RS256"]);
  });
  test("signed with another key is refused under a known key ID, and needs new keys under an unknown one", async () => {
    expect(await verdict(await signOther())).toEqual({ kind: "rejected", why: "signature" });
    expect(await verdict(await signOther({}, { kid: "2" }))).toEqual({ kind: "unknown_key" });
  });
  test.each([
    ["no key ID", {}],
    ["a key ID that all keys share", { kid: "1" }],
  ])("with %s is checked against every key that fits", async (_name, { kid }: { kid?: string }) => {
    const { keys: own } = keys;
    const pairs = await Promise.all(
      ["RS256", "RS256", "ES256"].map(async (alg) => {
        const { publicKey } = await generateKeyPair(alg);
        return { ...(await exportJWK(publicKey)), alg, kid: "1" };
      }),
    );
    const broken = { kty: "RSA", n: "AQAB", e: "AQAB", alg: "RS256", kid: "1" };
    const inAnyOrder = [
      [...own, ...pairs, broken],
      [broken, ...pairs, ...own],
    ];
    for (const set of inAnyOrder) {
      const verdictOf = (token: Secret) => verifyIdToken(token, expected, { keys: set }, NOW_MS);
      expect(await verdictOf(await sign({}, { kid }))).toMatchObject({
        kind: "verified",
        claims: { sub: "42" },
      });
      expect(await verdictOf(await signOther({}, { kid }))).toEqual({ kind: "rejected", why: "signature" });
      // The claims are checked even if the signature is good.
      expect(await verdictOf(await sign({ nonce: "n-2" }, { kid }))).toEqual({
        kind: "rejected",
        why: "nonce",
      });
      expect(await verdictOf(await sign({ exp: NOW_SEC - 61 }, { kid }))).toEqual({
        kind: "rejected",
        why: "expired",
      });
      expect(await verdictOf(await sign({ aud: "other" }, { kid }))).toEqual({
        kind: "rejected",
        why: "audience",
      });
    }
    // Keys for encryption do not count.
    const encrypting = own.map((key) => ({ ...key, use: "enc" }));
    expect(await verifyIdToken(await sign({}, { kid }), expected, { keys: encrypting }, NOW_MS)).toEqual({
      kind: "unknown_key",
    });
  });
  test.each(["", "a.b", "not.a.token"])("“%s” is not an ID token", async (text) => {
    expect(await verdict(new Secret(text))).toEqual({ kind: "rejected", why: "malformed" });
  });
  test("with a changed claim is refused, because the signature does not match", async () => {
    const [header, , signature] = (await sign()).reveal().split(".");
    const forged = Buffer.from(JSON.stringify({ iss: ISSUER, sub: "43", aud: "cid" })).toString("base64url");
    const token = new Secret(`${String(header)}.${forged}.${String(signature)}`);
    expect(await verdict(token)).toEqual({ kind: "rejected", why: "signature" });
  });
});

test("claims are shown as text, without the nonce and at_hash of the sign-in", async () => {
  const token = await sign({ at_hash: AT_HASH, preferred_username: "Mirrelune", address: { country: "X" } });
  const shown = claimViews(claimsOf(token));
  expect(shown.map(({ name }) => name)).not.toContain("nonce");
  expect(shown.map(({ name }) => name)).not.toContain("at_hash");
  expect(shown).toContainEqual({ name: "preferred_username", value: "Mirrelune" });
  expect(shown).toContainEqual({ name: "address", value: '{"country":"X"}' });
  expect(shown).toContainEqual({ name: "iat", value: String(NOW_SEC), atMs: NOW_MS });
  expect(claimViews({ sub: "x".repeat(9_000) })[0]?.value).toHaveLength(500);
});

test.each([
  ["MirreLune", "MirreLune"],
  ["ミレルーン", "ミレルーン"],
  ["  미레룬 ", "미레룬"],
  ["mir\u202ere\u0000lune\n", "mirrelune"],
  ["", undefined],
  ["\u200b\u2066", undefined],
  ["x".repeat(101), undefined],
  [null, undefined],
  [42, undefined],
  [["a"], undefined],
])("the preferred_username %j is displayed as %j", (preferred_username, name) => {
  expect(displayNameOf({ sub: "42", preferred_username })).toBe(name);
});

test.each([1e300, -1e300, Infinity, 0, 8.7e12, -1])(
  "an exp of %d is not a valid instant and is shown as a number",
  (exp) => {
    expect(claimViews({ sub: "42", exp }).find(({ name }) => name === "exp")).not.toHaveProperty("atMs");
  },
);

const answered = (status: number, body: unknown): HttpOutcome => ({
  kind: "answered",
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const trouble: readonly [HttpOutcome, string][] = [
  [{ kind: "not_sent", cause: "refused" }, "provider_unreachable"],
  [{ kind: "lost", cause: "reset" }, "provider_unreachable"],
  [{ kind: "redirected", status: 302 }, "provider_misbehaved"],
  [{ kind: "too_large", status: 200 }, "provider_misbehaved"],
  [answered(503, ""), "provider_busy"],
  [answered(200, "<html>"), "provider_misbehaved"],
];

describe("the provider's keys", () => {
  test("are requested without a token", () => {
    if (twitch.oidc === undefined) throw new Error("no OIDC");
    expect(keysRequest(twitch.oidc)).toMatchObject({
      method: "GET",
      url: "https://id.twitch.tv/oauth2/keys",
      headers: { accept: "application/json" },
    });
  });
  test("are read as a key set", () => {
    expect(readKeys(twitch, answered(200, keys))).toMatchObject({
      ok: true,
      value: { keys: [{ kid: "1" }] },
    });
  });
  test.each([...trouble, [answered(200, { keys: [{ kid: "1" }] }), "provider_misbehaved"] as const])(
    "%j: %s",
    (outcome, code) => expect(readKeys(twitch, outcome)).toMatchObject({ failure: { code } }),
  );
});

describe("userinfo", () => {
  test("is requested with the access token", () => {
    const url = twitch.oidc?.userinfoEndpoint ?? "";
    expect(userinfoRequest(url, new Secret("t"))).toMatchObject({
      url,
      headers: { authorization: "Bearer t" },
    });
  });
  test("is accepted if its sub is the user's", () => {
    expect(readUserinfo(twitch, answered(200, { sub: "42", email: "a@b.test" }), "42")).toMatchObject({
      value: { email: "a@b.test" },
    });
  });
  test.each([
    ...trouble,
    [answered(401, { message: "invalid access token" }), "access_token_rejected"] as const,
    [answered(200, { sub: "43" }), "identity_mismatch"] as const,
    [answered(200, { email: "a@b.test" }), "identity_mismatch"] as const,
  ])("%j: %s", (outcome, code) =>
    expect(readUserinfo(twitch, outcome, "42")).toMatchObject({ failure: { code } }),
  );
});
