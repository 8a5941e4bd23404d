/** The sandbox behaves as Twitch does according to TA, over real HTTP. */
import { createRemoteJWKSet, jwtVerify } from "jose";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { createAdmin } from "../../../sandbox/admin.ts";
import { OWN_CLIENT } from "../../../sandbox/seeds.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/server.ts";
import { startBench, walkPages } from "../../support/host.ts";

const REDIRECT = OWN_CLIENT.redirect_uris[0];
const SECRET = { client_id: OWN_CLIENT.client_id, client_secret: OWN_CLIENT.client_secret };
async function start(): Promise<Sandbox> {
  const sandbox = await startSandbox({ port: 0, ...createAdmin() });
  if ("failure" in sandbox) throw new Error(sandbox.failure);
  return sandbox;
}
const authorizeUrl = ({ origin }: Sandbox, more: Record<string, string> = {}): string =>
  `${origin}/oauth2/authorize?${new URLSearchParams({
    client_id: OWN_CLIENT.client_id,
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: "user:read:chat openid",
    state: "st",
    ...more,
  }).toString()}`;
const post = (sandbox: Sandbox, path: string, form: Record<string, string>) =>
  fetch(`${sandbox.origin}/oauth2/${path}`, {
    method: "POST",
    body: new URLSearchParams(form),
    redirect: "manual",
  });
const codeOf = async (sandbox: Sandbox, more: Record<string, string> = {}): Promise<string> =>
  new URL(await walkPages(authorizeUrl(sandbox, more), "700000001")).searchParams.get("code") ?? "";
interface Tokens {
  access_token: string;
  refresh_token: string;
  scope?: string[];
  id_token?: string;
}
const exchange = async (sandbox: Sandbox, more: Record<string, string> = {}): Promise<Tokens> => {
  const code = await codeOf(sandbox, more);
  const answer = await post(sandbox, "token", {
    ...SECRET,
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT,
  });
  return (await answer.json()) as Tokens;
};

test("a code is exchanged for a token that validates, calls the API, and is revoked", async () => {
  await using sandbox = await start();
  const tokens = await exchange(sandbox);
  expect(tokens).toMatchObject({ scope: ["user:read:chat", "openid"], token_type: "bearer" }); // docs/twitch-auth.md §6: an array
  for (const character of "%/+=") expect(tokens.refresh_token).toContain(character); // docs/twitch-auth.md §10
  const validate = () =>
    fetch(`${sandbox.origin}/oauth2/validate`, {
      headers: { authorization: `OAuth ${tokens.access_token}` },
    });
  expect(await (await validate()).json()).toMatchObject({
    login: "harborlights_tv",
    client_id: OWN_CLIENT.client_id,
  });
  const users = (headers: Record<string, string>) => fetch(`${sandbox.origin}/helix/users`, { headers });
  const authorization = `Bearer ${tokens.access_token}`;
  expect((await users({ authorization, "client-id": OWN_CLIENT.client_id })).status).toBe(200);
  expect(await (await users({ authorization, "client-id": "other" })).json()).toMatchObject({
    message: "Client ID and OAuth token do not match", // docs/twitch-auth.md §14
  });
  const revoke = () =>
    post(sandbox, "revoke", { client_id: OWN_CLIENT.client_id, token: tokens.access_token });
  expect((await revoke()).status).toBe(200);
  expect(await (await revoke()).json()).toEqual({ status: 400, message: "Invalid token" }); // docs/twitch-auth.md §12
  expect(await (await validate()).json()).toEqual({ status: 401, message: "invalid access token" }); // docs/twitch-auth.md §11
  expect((await post(sandbox, "revoke", { client_id: "nobody", token: "x" })).status).toBe(404); // docs/twitch-auth.md §12
});

test.each([
  ["an unknown client", { client_id: "nobody" }, 400, "invalid client"],
  ["a missing secret", { client_secret: "" }, 400, "missing client secret"],
  ["a wrong secret", { client_secret: "no" }, 403, "invalid client secret"],
  ["a public client", { client_id: "sandbox-public" }, 400, "Invalid client credentials"],
  [
    "another redirect URI",
    { redirect_uri: "http://localhost:3000" },
    400,
    "Parameter redirect_uri does not match registered URI",
  ],
  ["a wrong code", { code: "no" }, 400, "Invalid authorization code"],
] as const)("%s is refused in `message` (docs/twitch-auth.md §14)", async (_name, more, status, message) => {
  await using sandbox = await start();
  const code = await codeOf(sandbox);
  const answer = await post(sandbox, "token", {
    ...SECRET,
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT,
    ...more,
  });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toEqual({ status, message });
});

test("a code works once, and only with its code verifier if the request had a challenge", async () => {
  await using sandbox = await start();
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const pkce = { code_challenge: challenge, code_challenge_method: "S256" };
  const send = (code: string, more: object) =>
    post(sandbox, "token", {
      ...SECRET,
      grant_type: "authorization_code",
      code,
      redirect_uri: REDIRECT,
      ...more,
    });
  expect((await send(await codeOf(sandbox, pkce), {})).status).toBe(400);
  const code = await codeOf(sandbox, pkce);
  expect((await send(code, { code_verifier: verifier })).status).toBe(200);
  expect((await send(code, { code_verifier: verifier })).status).toBe(400);
});

test("an error for an unregistered redirect URI goes to the first one, and a denial to the query (docs/twitch-auth.md §3, §4)", async () => {
  await using sandbox = await start();
  const wrong = new URL(
    await walkPages(authorizeUrl(sandbox, { redirect_uri: "http://localhost:9" }), "700000001"),
  );
  expect(wrong.href.startsWith(REDIRECT)).toBe(true);
  expect(wrong.searchParams.get("error")).toBe("redirect_mismatch");
  const denied = new URL(await walkPages(authorizeUrl(sandbox), "700000001", "deny"));
  expect(Object.fromEntries(denied.searchParams)).toMatchObject({ error: "access_denied", state: "st" });
});

test("a token without scopes has no `scope` (docs/twitch-auth.md §6) and null `scopes` (docs/twitch-auth.md §11)", async () => {
  await using sandbox = await start();
  const tokens = await exchange(sandbox, { scope: "" });
  expect(tokens).not.toHaveProperty("scope");
  const answer = await fetch(`${sandbox.origin}/oauth2/validate`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  expect(await answer.json()).toMatchObject({ scopes: null });
});

test("a confidential client keeps its refresh token; reuse of a rotated one revokes its successor (docs/twitch-auth.md §10)", async () => {
  await using sandbox = await start();
  const refresh = (refresh_token: string, client: object) =>
    post(sandbox, "token", { ...client, grant_type: "refresh_token", refresh_token });
  const kept = await exchange(sandbox);
  expect(await (await refresh(kept.refresh_token, SECRET)).json()).toMatchObject({
    refresh_token: kept.refresh_token,
  });

  const verifier = randomBytes(32).toString("base64url");
  const rotating = { client_id: "sandbox-rotating" };
  const code = await codeOf(sandbox, {
    ...rotating,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const answer = await post(sandbox, "token", {
    ...rotating,
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT,
    code_verifier: verifier,
  });
  const first = (await answer.json()) as Tokens;
  const second = (await (await refresh(first.refresh_token, rotating)).json()) as Tokens;
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect(await (await refresh(first.refresh_token, rotating)).json()).toMatchObject({
    message: "Invalid refresh token",
  });
  expect((await refresh(second.refresh_token, rotating)).status).toBe(400);
});

test("the ID token is signed by a published key (docs/twitch-auth.md §9)", async () => {
  await using sandbox = await start();
  const { id_token = "" } = await exchange(sandbox, { nonce: "n1" });
  const keys = createRemoteJWKSet(new URL(`${sandbox.origin}/oauth2/keys`));
  const { payload } = await jwtVerify(id_token, keys, {
    issuer: `${sandbox.origin}/oauth2`,
    audience: OWN_CLIENT.client_id,
  });
  expect(payload).toMatchObject({ sub: "700000001", nonce: "n1" });
});

test("a taken port is reported as port_taken, and there is no admin API without its module", async () => {
  await using sandbox = await start();
  expect(await startSandbox({ port: sandbox.port })).toEqual({ failure: "port_taken" });
  const plain = await startSandbox({ port: 0 });
  if ("failure" in plain) throw new Error(plain.failure);
  expect((await fetch(`${plain.origin}/admin/requests`)).status).toBe(404);
  await plain.close();
});

test.each(["port.json", ""])(
  "a start that fails halfway leaves no process behind (%j cannot be written)",
  async (name) => {
    await using bench = await startBench();
    const at = path.join(bench.profile, "sandbox");
    if (name === "") await writeFile(at, "no folder");
    else await mkdir(path.join(at, name), { recursive: true });
    const start = () => bench.app.handlers["sandbox.start"](undefined);
    for (let starts = 0; starts < 3; starts += 1)
      expect(await start()).toMatchObject({ failure: { code: "sandbox_failing" } });
    expect(bench.sandboxStops).toBe(name === "" ? 0 : 3);
    await rm(at, { recursive: true });
    expect(await start()).toMatchObject({ ok: true });
  },
);

test.each([
  ["de-AT,de;q=0.9,en;q=0.8", "de", "Konto auswählen", "Dieser Code ist abgelaufen"],
  ["en-GB,de", "en", "Choose an account", "This code has expired"],
  ["fr", "en", "Choose an account", "This code has expired"],
])("its pages for a browser that accepts %s are in %s", async (accepted, language, choose, ended) => {
  await using sandbox = await start();
  const pageAt = async (url: string) =>
    (await fetch(url, { headers: { "accept-language": accepted } })).text();
  const login = await pageAt(authorizeUrl(sandbox));
  expect(login).toContain(`<html lang="${language}">`);
  expect(login).toContain(`<h1>${choose}</h1>`);
  expect(await pageAt(`${sandbox.origin}/activate?device-code=NONE`)).toContain(`<h1>${ended}</h1>`);
});
