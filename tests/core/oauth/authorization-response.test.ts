import { beforeEach, describe, expect, test } from "vitest";
import {
  authorizationUrl,
  oneTimeValues,
  REQUEST_LIFE_MS,
  type AuthorizationRequest,
  type RedirectChannel,
} from "../../../core/oauth/authorization-request.ts";
import {
  createPendingRequests,
  matchRedirectUri,
  type PendingRequests,
} from "../../../core/oauth/authorization-response.ts";
import { sandboxAt } from "../../../core/providers/sandbox.ts";
import { Secret } from "../../../core/secret.ts";

const REDIRECT = "app.tokenkeep://callback/sandbox";
const ownWindow = { kind: "window", id: "w1" } as const;
const otherWindow = { kind: "window", id: "w2" } as const;
const requestWith = (over: Partial<AuthorizationRequest> = {}): AuthorizationRequest => ({
  id: "a1",
  provider: "sandbox",
  providerName: "Sandbox",
  issuer: "http://localhost:1/oauth2",
  flow: "authorization_code",
  client: "c1",
  client_id: "cid",
  redirect_uri: REDIRECT,
  scopes: [],
  channel: ownWindow,
  startedAtMs: 0,
  state: new Secret("s1"),
  codeVerifier: new Secret("v1"),
  nonce: new Secret("n1"),
  ...over,
});

test.each([
  [REDIRECT, `${REDIRECT}?code=1#x=2`, true],
  ["http://localhost:17563/callback/twitch", "http://localhost:17563/callback/twitch?code=1", true],
  ["http://localhost:17563/callback/twitch", "http://localhost:17564/callback/twitch?code=1", false],
  ["http://localhost:17563/callback/twitch", "http://localhost:17563/callback/twitch/?code=1", false],
  ["http://localhost:17563/callback/twitch", "http://127.0.0.1:17563/callback/twitch?code=1", false],
  ["http://localhost:17563/callback/twitch", "http://x@localhost:17563/callback/twitch?code=1", false],
  [REDIRECT, "app.tokenkeep://callback/twitch?code=1", false],
  [REDIRECT, "app.tokenkeep://elsewhere/sandbox?code=1", false],
  [REDIRECT, "not a url", false],
])("the redirect URI %s matches %s: %s", (registered, url, matches) =>
  expect(matchRedirectUri(registered, url)?.href).toBe(matches ? url : undefined),
);

describe("an authorization response", () => {
  let requests: PendingRequests;
  beforeEach(() => {
    requests = createPendingRequests();
    requests.add(requestWith());
  });
  const accept = (parameters: string, channel: RedirectChannel, nowMs: number, provider = "sandbox") =>
    requests.accept({ provider, channel, url: new URL(`${REDIRECT}?${parameters}`) }, nowMs);

  test("is accepted once", () => {
    expect(accept("code=c&state=s1", ownWindow, 1)).toMatchObject({
      ok: true,
      value: { kind: "code", request: { id: "a1" } },
    });
    expect(accept("code=c&state=s1", ownWindow, 2)).toMatchObject({
      failure: { code: "authorization_unknown" },
    });
  });

  test.each([
    ["an unknown state", "code=c&state=s2", ownWindow, "authorization_unknown"],
    ["no state", "code=c", ownWindow, "authorization_unknown"],
    ["an empty state", "code=c&state=", ownWindow, "authorization_unknown"],
    ["another window", "code=c&state=s1", otherWindow, "state_rejected"],
    ["another channel of the same id", "code=c&state=s1", { kind: "loopback", id: "w1" }, "state_rejected"],
    ["another window and no state", "error=access_denied", otherWindow, "authorization_unknown"],
  ] as const)("with %s is refused, and the request stays pending", (_name, parameters, channel, code) => {
    expect(accept(parameters, channel, 1)).toMatchObject({ ok: false, failure: { code } });
    expect(accept("code=c&state=s1", ownWindow, 2)).toMatchObject({ ok: true });
  });
  test("of another provider is refused, and the request stays pending", () => {
    expect(accept("code=c&state=s1", ownWindow, 1, "twitch")).toMatchObject({
      failure: { code: "state_rejected" },
    });
    expect(accept("code=c&state=s1", ownWindow, 2)).toMatchObject({ ok: true });
  });

  test.each([
    [
      "a denial",
      "error=access_denied&error_description=no&state=s1",
      { code: "authorization_denied", error: "access_denied" },
    ],
    [
      "a redirect mismatch and no state",
      "error=redirect_mismatch",
      { code: "redirect_uri_rejected", redirect_uri: REDIRECT },
    ],
    ["neither code nor error", "state=s1", { code: "code_rejected" }],
    [
      "an error that contains markup",
      "error=%3Cb%3Ehi&state=s1",
      { code: "authorization_denied", error: "bhi" },
    ],
  ])("with %s ends the request", (_name, query, failure) => {
    expect(accept(query, ownWindow, 1)).toMatchObject({ ok: true, value: { kind: "ended", failure } });
    expect(accept("code=c&state=s1", ownWindow, 2)).toMatchObject({ ok: false });
  });

  test.each([
    ["a token in the fragment", "code=c&state=s1#access_token=t&token_type=bearer"],
    ["a token in the query", "code=c&access_token=t&token_type=bearer&state=s1"],
    ["an ID token in the query", "code=c&id_token=t&state=s1"],
    ["the code in the fragment", "state=s1#code=c"],
    ["two codes", "code=c&code=d&state=s1"],
    ["the issuer of another server", "code=c&state=s1&iss=https%3A%2F%2Felsewhere.example"],
  ])("with %s does not match the authorization code flow", (_name, query) => {
    expect(accept(query, ownWindow, 1)).toMatchObject({
      value: { kind: "ended", failure: { code: "answer_mismatched" } },
    });
  });
  test("with a second state in its fragment is refused", () => {
    expect(accept("code=c&state=s1#state=s1", ownWindow, 1)).toMatchObject({
      failure: { code: "authorization_unknown" },
    });
  });

  describe("of an implicit flow", () => {
    const expects = (flow: AuthorizationRequest["flow"]) =>
      requests.add(requestWith({ flow, scopes: ["chat:read"] }));
    const token = "access_token=t&token_type=bearer&scope=chat%3Aread+chat%3Aedit";

    test("contains its tokens in the fragment", () => {
      expects("oidc_implicit_token");
      const response = accept(`#${token}&id_token=i&expires_in=60&state=s1`, ownWindow, 1_000);
      expect(response).toMatchObject({ ok: true, value: { kind: "tokens" } });
      if (!response.ok || response.value.kind !== "tokens") throw new Error("no tokens");
      const { tokens, idToken } = response.value;
      expect([tokens?.accessToken.reveal(), idToken?.reveal()]).toEqual(["t", "i"]);
      expect(tokens).toMatchObject({ scopes: ["chat:read", "chat:edit"], expiresAtMs: 61_000 });
    });
    test("with a token and an error gives both", () => {
      expects("implicit");
      const response = accept(`error=partial#${token}&state=s1`, ownWindow, 1);
      expect(response).toMatchObject({ value: { kind: "tokens", error: "partial" } });
    });
    test("with a token of unknown type gives the token to be revoked", () => {
      expects("implicit");
      const response = accept("#access_token=t&token_type=mac&state=s1", ownWindow, 1);
      const ended = response.ok && response.value.kind === "ended" ? response.value : undefined;
      expect(ended?.failure).toMatchObject({ what: "member", detail: "token_type" });
      expect(ended?.token?.reveal()).toBe("t");
    });
    test("of the flow for an ID token alone gives no access token", () => {
      expects("oidc_implicit");
      const response = accept("#id_token=i&state=s1", ownWindow, 1);
      expect(response).toMatchObject({ value: { kind: "tokens" } });
      expect(response).not.toHaveProperty("value.tokens");
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
    ] as const)("of the flow %s with %s: %s", (flow, answer, code) => {
      expects(flow);
      const [query = "", fragment] = answer.replace("?", "").split("#");
      const parameters = `${query}${fragment === undefined ? "" : `#${fragment}`}&state=s1`;
      const response = accept(parameters, ownWindow, 1);
      expect(response.ok && response.value.kind === "ended" ? response.value.failure.code : undefined).toBe(
        code,
      );
    });
  });

  test("with an empty error still gives its code", () => {
    expect(accept("code=c&error=&state=s1", ownWindow, 1)).toMatchObject({ value: { kind: "code" } });
  });

  test.each([
    ["implicit", "#access_token=t&token_type=bearer&code=c", "t"],
    ["implicit", "?access_token=t&token_type=bearer", "t"],
    ["authorization_code", "#access_token=t&token_type=bearer", "t"],
    ["authorization_code", "?error=access_denied#access_token=t", "t"],
    ["implicit", "#access_token=t&token_type=bearer&iss=https%3A%2F%2Fother.example", undefined],
    ["implicit", "#access_token=t&access_token=u&token_type=bearer", undefined],
  ] as const)("of the flow %s with %s fails, and its token is to be revoked", (flow, answer, token) => {
    requests.add(requestWith({ flow }));
    const [query = "", fragment = ""] = answer.replace("?", "").split("#");
    const response = accept(`${query}&state=s1#${fragment}`, ownWindow, 1);
    const ended = response.ok && response.value.kind === "ended" ? response.value : undefined;
    expect([ended?.request.id, ended?.token?.reveal()]).toEqual(["a1", token]);
  });
  test("that is too late gives its token to be revoked", () => {
    requests.add(requestWith({ flow: "implicit" }));
    const late = accept("#access_token=t&state=s1", ownWindow, REQUEST_LIFE_MS + 1);
    expect(late.ok && late.value.kind === "ended" && late.value.token?.reveal()).toBe("t");
  });

  test("that is too late ends the request", () => {
    const response = accept("code=c&state=s1", ownWindow, REQUEST_LIFE_MS + 1);
    expect(response).toMatchObject({ value: { kind: "ended", failure: { code: "authorization_expired" } } });
  });

  test("to a forgotten request is refused", () => {
    requests.forget("a1");
    expect(accept("code=c&state=s1", ownWindow, 1)).toMatchObject({ ok: false });
  });

  test("may arrive in any order", () => {
    requests.add(requestWith({ id: "a2", channel: otherWindow, state: new Secret("s2") }));
    expect(accept("code=c&state=s2", otherWindow, 1)).toMatchObject({ value: { request: { id: "a2" } } });
    expect(accept("code=c&state=s1", ownWindow, 2)).toMatchObject({ value: { request: { id: "a1" } } });
  });
});

test("the authorization URL contains state, S256 challenge and the exact redirect URI", async () => {
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
