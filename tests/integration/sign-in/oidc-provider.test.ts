/** Sign-ins at oidc-provider, the whole app over real HTTP: PKCE is required there, and refresh tokens have one use. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Flow } from "../../../contract/flow.ts";
import { authorization, startBench, until, view, type Bench } from "../../support/host.ts";
import {
  CONFIDENTIAL,
  PUBLIC,
  startOidcServer,
  walkHarbour,
  type OidcServer,
} from "./support/oidc-server.ts";

let server: OidcServer;
let bench: Bench;
beforeAll(async () => {
  server = await startOidcServer();
  bench = await startBench({ providers: () => [server.provider] });
});
beforeEach(() => {
  bench.person = async ({ url, onRedirect }) => onRedirect(await walkHarbour(url, "mira"));
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function register(client: { client_id: string; client_secret?: string }): Promise<string> {
  const saved = await bench.app.handlers["clients.save"]({ provider: "harbour", name: "Bot", ...client });
  if (!saved.ok) throw new Error(saved.failure.code);
  return saved.value.id;
}
const step = (id: string) => authorization(bench.app, id);
async function begin(client: string, flow: Flow, scopes: string[] = ["openid"]): Promise<string> {
  const started = await bench.app.handlers["authorization.start"]({ client, scopes, flow });
  if (!started.ok) throw new Error(started.failure.code);
  return started.value.id;
}
async function finish(id: string): Promise<string> {
  await until(() => ["confirm", "failed"].includes(step(id)?.step ?? ""), "an end of the sign-in");
  const kept = await bench.app.handlers["authorization.keep"]({ id, beside: false });
  if (!kept.ok) throw new Error(JSON.stringify(step(id)));
  return kept.value.signIn;
}
/** Checks that a sign-in validates, refreshes three times, and can be revoked. */
async function livesAndEnds(signIn: string): Promise<void> {
  const { handlers } = bench.app;
  const token = async (): Promise<string> => {
    expect(await handlers["signIns.copy"]({ id: signIn, form: "token" })).toMatchObject({ ok: true });
    return bench.clipboard.text;
  };
  expect(await handlers["signIns.validate"](signIn)).toMatchObject({ ok: true });
  const seen = new Set([await token()]);
  for (let time = 0; time < 3; time += 1) {
    expect(await handlers["signIns.refresh"](signIn)).toMatchObject({ ok: true });
    seen.add(await token());
  }
  expect(seen.size).toBe(4);
  expect(server.reuses()).toBe(0);
  const last = await token();
  expect(await handlers["signIns.revoke"](signIn)).toMatchObject({ ok: true });
  const me = await fetch(server.provider.validationEndpoint, {
    headers: { authorization: `Bearer ${last}` },
  });
  expect(me.status).toBe(401);
  expect(view(bench.app, signIn)?.status).toBe("revoked");
}

test.each([
  ["authorization_code", "confidential", CONFIDENTIAL],
  ["authorization_code", "public", PUBLIC],
  ["oidc_code", "confidential", CONFIDENTIAL],
  ["oidc_code", "public", PUBLIC],
] as const)(
  "%s, a %s client: signs in, refreshes with one-time tokens, and is revoked",
  async (flow, _kind, client) => {
    const signIn = await finish(await begin(await register(client), flow));
    expect(view(bench.app, signIn)).toMatchObject({
      flow,
      user_id: "mira",
      login: "mira_of_the_harbour",
      renews: true,
      hasIdToken: flow === "oidc_code",
      status: "signed_in",
    });
    if (flow === "oidc_code") {
      const known = await bench.app.handlers["signIns.claims"]({ id: signIn, now: true });
      const said = { name: "preferred_username", value: "mira_of_the_harbour" };
      expect(known.ok && known.value.idToken).toContainEqual(said);
      expect(known.ok && known.value.now).toContainEqual(said);
    }
    await livesAndEnds(signIn);
  },
);

test("device_code: signs in by a page elsewhere, refreshes, and is revoked", async () => {
  const id = await begin(await register(PUBLIC), "device_code");
  const one = step(id);
  if (one?.step !== "waiting" || one.device === undefined) throw new Error("no code is shown");
  await walkHarbour(one.device.verification_uri, "mira");
  const signIn = await finish(id);
  expect(view(bench.app, signIn)).toMatchObject({ flow: "device_code", user_id: "mira", renews: true });
  await livesAndEnds(signIn);
});

test("client_credentials: the client's own token is requested again and revoked", async () => {
  const { handlers } = bench.app;
  const signIn = await finish(await begin(await register(CONFIDENTIAL), "client_credentials", []));
  expect(view(bench.app, signIn)).toMatchObject({ user_id: "", login: "Bot", renews: true });
  expect(await handlers["signIns.validate"](signIn)).toMatchObject({ ok: true });
  expect(await handlers["signIns.refresh"](signIn)).toMatchObject({ ok: true });
  expect(await handlers["signIns.revoke"](signIn)).toMatchObject({ ok: true });
});

test("a code with another verifier fails with code_rejected", async () => {
  bench.person = async ({ url, onRedirect }) => {
    const changed = new URL(url);
    changed.searchParams.set("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    onRedirect(await walkHarbour(changed.href, "mira"));
  };
  const id = await begin(await register(PUBLIC), "oidc_code");
  await until(() => step(id)?.step === "failed", "the refusal");
  expect(step(id)).toMatchObject({ failure: { code: "code_rejected" } });
});
