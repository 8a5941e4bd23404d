import { beforeEach, describe, expect, test } from "vitest";
import { authorizationUrl, oneTimeValues } from "../../core/oauth/authorization-request.ts";
import { ATTEMPT_LIFE_MS, createDoor, toCallback, type Attempt, type Door } from "../../core/oauth/door.ts";
import { sandboxAt } from "../../core/providers/sandbox.ts";
import { Secret } from "../../core/secret.ts";

const REDIRECT = "app.tokenkeep://callback/sandbox";
const mine = { kind: "window", id: "w1" } as const;
const other = { kind: "window", id: "w2" } as const;
const attempt = (over: Partial<Attempt> = {}): Attempt => ({
  id: "a1",
  provider: "sandbox",
  client: "c1",
  client_id: "cid",
  redirect_uri: REDIRECT,
  scopes: [],
  carrier: mine,
  startedAtMs: 0,
  state: new Secret("s1"),
  codeVerifier: new Secret("v1"),
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
      "an error from another window without a state",
      at("error=access_denied"),
      other,
      "authorization_unknown",
    ],
  ])("refuses %s and goes on waiting", (_name, callback, carrier, code) => {
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
  const request = { client_id: "cid", redirect_uri: REDIRECT, scopes: ["chat:read", "chat:edit"], ...values };
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
