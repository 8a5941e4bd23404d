import { beforeEach, describe, expect, test } from "vitest";
import { authorizationUrl, oneTimeValues } from "../../../core/oauth/authorization-request.ts";
import {
  ATTEMPT_LIFE_MS,
  createDoor,
  toCallback,
  type Attempt,
  type Door,
} from "../../../core/oauth/door.ts";
import { sandboxAt } from "../../../core/providers/sandbox.ts";
import { Secret } from "../../../core/secret.ts";

const REDIRECT = "app.tokenkeep://callback/sandbox";
const mine = { kind: "window", id: "w1" } as const;
const other = { kind: "window", id: "w2" } as const;
const attempt = (over: Partial<Attempt> = {}): Attempt => ({
  id: "a1",
  provider: "sandbox",
  providerName: "Sandbox",
  issuer: "http://localhost:1/oauth2",
  flow: "authorization_code",
  client: "c1",
  client_id: "cid",
  redirect_uri: REDIRECT,
  scopes: [],
  carrier: mine,
  startedAtMs: 0,
  state: new Secret("s1"),
  codeVerifier: new Secret("v1"),
  nonce: new Secret("n1"),
  ...over,
});

describe("toCallback", () => {
  test.each([
    [REDIRECT, `${REDIRECT}?code=1#x=2`, "app.tokenkeep://callback/sandbox?code=1#x=2"],
    [
      "http://localhost:17563/callback/twitch",
      "http://localhost:17563/callback/twitch?code=1",
      "app.tokenkeep://callback/sandbox?code=1",
    ],
    ["http://localhost:17563/callback/twitch", "http://localhost:17564/callback/twitch?code=1", undefined],
    ["http://localhost:17563/callback/twitch", "http://localhost:17563/callback/twitch/?code=1", undefined],
    ["http://localhost:17563/callback/twitch", "http://127.0.0.1:17563/callback/twitch?code=1", undefined],
    ["http://localhost:17563/callback/twitch", "http://x@localhost:17563/callback/twitch?code=1", undefined],
    [REDIRECT, "app.tokenkeep://callback/twitch?code=1", undefined],
    [REDIRECT, "app.tokenkeep://elsewhere/sandbox?code=1", undefined],
    [REDIRECT, "not a url", undefined],
  ])("%s ← %s", (registered, url, want) => expect(toCallback("sandbox", registered, url)).toBe(want));
});

describe("the door", () => {
  let door: Door;
  beforeEach(() => {
    door = createDoor();
    door.expect(attempt());
  });
  const at = (query: string) => `app.tokenkeep://callback/sandbox?${query}`;

  test("takes the answer once", () => {
    expect(door.answer(at("code=c&state=s1"), mine, 1)).toMatchObject({
      ok: true,
      value: { kind: "code", attempt: { id: "a1" } },
    });
    expect(door.answer(at("code=c&state=s1"), mine, 2)).toMatchObject({
      failure: { code: "authorization_unknown" },
    });
  });

  test.each([
    ["a foreign state", at("code=c&state=s2"), mine, "authorization_unknown"],
    ["no state", at("code=c"), mine, "authorization_unknown"],
    ["an empty state", at("code=c&state="), mine, "authorization_unknown"],
    ["another window", at("code=c&state=s1"), other, "state_rejected"],
    ["another provider", "app.tokenkeep://callback/twitch?code=c&state=s1", mine, "state_rejected"],
    [
      "another carrier of the same name",
      at("code=c&state=s1"),
      { kind: "loopback", id: "w1" },
      "state_rejected",
    ],
    [
      "an error from another window without a state",
      at("error=access_denied"),
      other,
      "authorization_unknown",
    ],
  ] as const)("refuses %s and goes on waiting", (_name, callback, carrier, code) => {
    expect(door.answer(callback, carrier, 1)).toMatchObject({ ok: false, failure: { code } });
    expect(door.answer(at("code=c&state=s1"), mine, 2)).toMatchObject({ ok: true });
  });

  test.each([
    [
      "denial",
      "error=access_denied&error_description=no&state=s1",
      { code: "authorization_denied", error: "access_denied" },
    ],
    [
      "a mismatch without state",
      "error=redirect_mismatch",
      { code: "redirect_uri_rejected", redirect_uri: REDIRECT },
    ],
    ["neither code nor error", "state=s1", { code: "code_rejected" }],
    [
      "an error that is no code word",
      "error=%3Cb%3Ehi&state=s1",
      { code: "authorization_denied", error: "bhi" },
    ],
  ])("%s ends the attempt", (_name, query, failure) => {
    expect(door.answer(at(query), mine, 1)).toMatchObject({ ok: true, value: { kind: "ended", failure } });
    expect(door.answer(at("code=c&state=s1"), mine, 2)).toMatchObject({ ok: false });
  });

  test.each([
    ["a token in the fragment", "code=c&state=s1#access_token=t&token_type=bearer"],
    ["a token in the query", "code=c&access_token=t&token_type=bearer&state=s1"],
    ["an ID token in the query", "code=c&id_token=t&state=s1"],
    ["a code in the fragment", "state=s1#code=c"],
    ["two codes", "code=c&code=d&state=s1"],
    ["another server's answer", "code=c&state=s1&iss=https%3A%2F%2Felsewhere.example"],
  ])("for a code, %s is another flow's answer", (_name, query) => {
    expect(door.answer(at(query), mine, 1)).toMatchObject({
      value: { kind: "ended", failure: { code: "answer_mismatched" } },
    });
  });
  test("a state that comes twice belongs to nobody", () => {
    expect(door.answer(at("code=c&state=s1#state=s1"), mine, 1)).toMatchObject({
      failure: { code: "authorization_unknown" },
    });
  });

  describe("of the implicit flows", () => {
    const expects = (flow: Attempt["flow"]) => door.expect(attempt({ flow, scopes: ["chat:read"] }));
    const token = "access_token=t&token_type=bearer&scope=chat%3Aread+chat%3Aedit";

    test("takes tokens from the fragment", () => {
      expects("oidc_implicit_token");
      const answer = door.answer(at(`#${token}&id_token=i&expires_in=60&state=s1`), mine, 1_000);
      expect(answer).toMatchObject({ ok: true, value: { kind: "tokens" } });
      if (!answer.ok || answer.value.kind !== "tokens") throw new Error("no tokens");
      const { tokens, idToken } = answer.value;
      expect([tokens?.accessToken.reveal(), idToken?.reveal()]).toEqual(["t", "i"]);
      expect(tokens).toMatchObject({ scopes: ["chat:read", "chat:edit"], expiresAtMs: 61_000 });
    });
    test("a token that came with an error counts, and the error is told", () => {
      expects("implicit");
      const answer = door.answer(at(`error=partial#${token}&state=s1`), mine, 1);
      expect(answer).toMatchObject({ value: { kind: "tokens", error: "partial" } });
    });
    test("a token that cannot be used is named, and given to be revoked", () => {
      expects("implicit");
      const answer = door.answer(at("#access_token=t&token_type=mac&state=s1"), mine, 1);
      const ended = answer.ok && answer.value.kind === "ended" ? answer.value : undefined;
      expect(ended?.failure).toMatchObject({ what: "member", detail: "token_type" });
      expect(ended?.token?.reveal()).toBe("t");
    });
    test("an ID token alone has no access token beside it", () => {
      expects("oidc_implicit");
      const answer = door.answer(at("#id_token=i&state=s1"), mine, 1);
      expect(answer).toMatchObject({ value: { kind: "tokens" } });
      expect(answer).not.toHaveProperty("value.tokens");
    });
    test.each([
      ["implicit", `#${token}`, undefined],
      ["implicit", `?${token}`, "answer_mismatched"],
      ["implicit", `#${token}&id_token=i`, "answer_mismatched"],
      ["implicit", `#${token}&code=c`, "answer_mismatched"],
      ["implicit", `?code=c#${token}`, "answer_mismatched"],
      ["implicit", `#${token}&refresh_token=r`, "answer_mismatched"],
      ["implicit", `#${token}&refresh_token=`, undefined],
      ["implicit", `#${token}&error=`, undefined],
      ["implicit", "#token_type=bearer", "code_rejected"],
      ["implicit", "#access_token=t&token_type=mac", "provider_misbehaved"],
      ["implicit", `#${token}&expires_in=soon`, undefined],
      ["implicit", `#${token}&error=partial`, undefined],
      ["implicit", `?error=partial#${token}`, undefined],
      ["oidc_implicit_token", `#${token}`, "code_rejected"],
      ["oidc_implicit", `#${token}&id_token=i`, "answer_mismatched"],
      ["oidc_implicit", "#", "code_rejected"],
      ["implicit", "#error=access_denied", "authorization_denied"],
      ["implicit", "?error=access_denied", "authorization_denied"],
    ] as const)("%s, %s: %s", (flow, answer, code) => {
      expects(flow);
      const [query = "", fragment] = answer.replace("?", "").split("#");
      const callback = fragment === undefined ? at(`${query}&state=s1`) : at(`${query}#${fragment}&state=s1`);
      const taken = door.answer(callback, mine, 1);
      expect(taken.ok && taken.value.kind === "ended" ? taken.value.failure.code : undefined).toBe(code);
    });
  });

  test("an error without a word takes no code away", () => {
    expect(door.answer(at("code=c&error=&state=s1"), mine, 1)).toMatchObject({ value: { kind: "code" } });
  });

  test.each([
    ["implicit", "#access_token=t&token_type=bearer&code=c", "t"],
    ["implicit", "?access_token=t&token_type=bearer", "t"],
    ["authorization_code", "#access_token=t&token_type=bearer", "t"],
    ["authorization_code", "?error=access_denied#access_token=t", "t"],
    ["implicit", "#access_token=t&token_type=bearer&iss=https%3A%2F%2Fother.example", undefined],
    ["implicit", "#access_token=t&access_token=u&token_type=bearer", undefined],
  ] as const)("%s, %s: the token that came is ended where it came from", (flow, answer, token) => {
    door.expect(attempt({ flow }));
    const [query = "", fragment = ""] = answer.replace("?", "").split("#");
    const taken = door.answer(at(`${query}&state=s1#${fragment}`), mine, 1);
    const ended = taken.ok && taken.value.kind === "ended" ? taken.value : undefined;
    expect([ended?.attempt.id, ended?.token?.reveal()]).toEqual(["a1", token]);
  });
  test("a token that comes too late is ended, too", () => {
    door.expect(attempt({ flow: "implicit" }));
    const late = door.answer(at("#access_token=t&state=s1"), mine, ATTEMPT_LIFE_MS + 1);
    expect(late.ok && late.value.kind === "ended" && late.value.token?.reveal()).toBe("t");
  });

  test("an answer that comes too late ends the attempt", () => {
    const answer = door.answer(at("code=c&state=s1"), mine, ATTEMPT_LIFE_MS + 1);
    expect(answer).toMatchObject({ value: { kind: "ended", failure: { code: "authorization_expired" } } });
  });

  test("a forgotten attempt takes no answer", () => {
    door.forget("a1");
    expect(door.answer(at("code=c&state=s1"), mine, 1)).toMatchObject({ ok: false });
  });

  test("two attempts may finish in the other order", () => {
    door.expect(attempt({ id: "a2", carrier: other, state: new Secret("s2") }));
    expect(door.answer(at("code=c&state=s2"), other, 1)).toMatchObject({ value: { attempt: { id: "a2" } } });
    expect(door.answer(at("code=c&state=s1"), mine, 2)).toMatchObject({ value: { attempt: { id: "a1" } } });
  });
});

test("the authorization request carries state, S256 and the exact redirect URI", async () => {
  const values = oneTimeValues();
  const request = {
    flow: "authorization_code",
    client_id: "cid",
    redirect_uri: REDIRECT,
    scopes: ["chat:read", "chat:edit"],
    ...values,
  } as const;
  const url = new URL(await authorizationUrl(sandboxAt("http://localhost:1"), request));
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: "code",
    client_id: "cid",
    redirect_uri: REDIRECT,
    scope: "chat:read chat:edit",
    state: values.state.reveal(),
    code_challenge_method: "S256",
    force_verify: "true",
  });
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(values.codeVerifier.reveal()),
  );
  expect(url.searchParams.get("code_challenge")).toBe(Buffer.from(digest).toString("base64url"));
  expect(url.href).not.toContain(values.codeVerifier.reveal());
  expect(oneTimeValues().state.equals(values.state)).toBe(false);
});
