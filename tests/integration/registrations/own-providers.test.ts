/** Custom providers: discovered, saved, read again; and their sign-ins when they change or are removed. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { ProviderForm } from "../../../contract/provider.ts";
import { startBench, until, view, type Bench } from "../../support/host.ts";
import { oidcJudge, type Judge } from "../../support/judges.ts";
import { startRoughServer } from "../net/support/rough-server.ts";

async function discover({ app }: Bench, issuer: string): Promise<ProviderForm> {
  const found = await app.handlers["providers.discover"]({ issuer });
  if (!found.ok) throw new Error(found.failure.code);
  return { ...found.value, id: "judge", name: "Judge" };
}
const save = ({ app }: Bench, form: ProviderForm, change = false) =>
  app.handlers["providers.save"]({ form, change });
const fileOf = ({ profile }: Bench, id: string) => path.join(profile, "providers", `${id}.json`);

test("a discovered provider is saved and read after a restart", async () => {
  await using judge = await oidcJudge();
  await using at = await startBench();
  const form = await discover(at, judge.origin);
  expect(form).toMatchObject({
    issuer: judge.origin,
    authorization_endpoint: `${judge.origin}/auth`,
    token_endpoint: `${judge.origin}/token`,
    revocation_endpoint: `${judge.origin}/token/revocation`,
    userinfo_endpoint: `${judge.origin}/me`,
    jwks_uri: `${judge.origin}/jwks`,
  });
  expect(form.scope.split(" ")).toContain("openid");
  expect(await save(at, form)).toMatchObject({ ok: true });
  expect(statSync(fileOf(at, "judge")).mode & 0o777).toBe(0o600);
  for (const app of [at.app, await at.restart()])
    expect(app.state.snapshot().providers.find(({ id }) => id === "judge")).toMatchObject({
      name: "Judge",
      test: true,
      redirectUris: expect.arrayContaining(["http://localhost:17563/callback/judge"]) as unknown,
      form,
    });
  expect(await save(at, form)).toMatchObject({
    failure: { code: "provider_field", field: "id", why: "taken" },
  });
});

test("a discovery document of another issuer is refused", async () => {
  await using at = await startBench();
  await at.app.handlers["sandbox.start"](undefined);
  const elsewhere = `http://127.0.0.1:${String(at.sandbox.port)}/oauth2`; // it calls itself localhost
  expect(await at.app.handlers["providers.discover"]({ issuer: elsewhere })).toMatchObject({
    failure: { code: "discovery_issuer", issuer: elsewhere, said: `${at.sandbox.origin}/oauth2` },
  });
  const nothing = `http://127.0.0.1:${String(at.sandbox.port)}/elsewhere`;
  expect(await at.app.handlers["providers.discover"]({ issuer: nothing })).toMatchObject({
    failure: { code: "discovery_none" },
  });
  expect(await at.app.handlers["providers.discover"]({ issuer: "http://login.example.com" })).toMatchObject({
    failure: { code: "provider_field", field: "issuer", why: "plain" },
  });
  expect(await at.app.handlers["providers.discover"]({ issuer: "http://127.0.0.1:9" })).toMatchObject({
    failure: { code: "provider_unreachable" },
  });
});

test("unusable provider files are reported and left as they are, and the others work", async () => {
  await using judge = await oidcJudge();
  await using at = await startBench();
  const form = await discover(at, judge.origin);
  const files: Record<string, string> = {
    "good.json": JSON.stringify({ ...form, id: "good" }),
    "torn.json": '{"id":"to',
    "other.json": JSON.stringify({ ...form, id: "good" }),
    "twitch.json": JSON.stringify({ ...form, id: "twitch" }),
    "plain.json": JSON.stringify({ ...form, id: "plain", token_endpoint: "http://login.example.com/token" }),
    "readme.txt": "not one of them",
  };
  mkdirSync(path.join(at.profile, "providers"));
  for (const [name, text] of Object.entries(files))
    writeFileSync(path.join(at.profile, "providers", name), text);
  const { state } = await at.restart();
  const { providers, providerFiles } = state.snapshot();
  expect(providers.filter(({ form: own }) => own !== undefined).map(({ id }) => id)).toEqual(["good"]);
  expect(providers.find(({ id }) => id === "twitch")?.test).toBe(false);
  expect(providerFiles).toMatchObject([
    { file: "other.json", failure: { code: "provider_field", field: "id", why: "id" } },
    { file: "plain.json", failure: { code: "provider_field", field: "token_endpoint", why: "plain" } },
    { file: "torn.json", failure: { code: "provider_file_unreadable" } },
    { file: "twitch.json", failure: { code: "provider_field", field: "id", why: "reserved" } },
  ]);
  // Saving a form does not overwrite the files either.
  expect(await save(at, { ...form, id: "torn" })).toMatchObject({ failure: { why: "taken" } });
  for (const [name, text] of Object.entries(files))
    expect(readFileSync(path.join(at.profile, "providers", name), "utf8")).toBe(text);
});

/** An imported sign-in of the provider, with its refresh token. */
async function account(at: Bench, judge: Judge, form: ProviderForm): Promise<string> {
  await save(at, form);
  const [seed] = judge.seeds;
  if (seed === undefined) throw new Error("no client");
  const client = await at.app.handlers["clients.save"]({ provider: "judge", name: "Public", ...seed.client });
  if (!client.ok) throw new Error(client.failure.code);
  writeFileSync(at.chosenFile, JSON.stringify(await judge.tokens(seed, "mira")));
  const read = await at.app.handlers["import.read"]({ from: "file", provider: "judge" });
  if (!read.ok || read.value === null) throw new Error("not read");
  await at.app.handlers["import.check"]({ id: read.value.id, keys: [0] });
  const kept = await at.app.handlers["import.keep"]({
    id: read.value.id,
    tokens: [{ key: 0, client: client.value.id, renews: true }],
  });
  if (!kept.ok) throw new Error(kept.failure.code);
  return kept.value.signIns[0] ?? "";
}

test("a provider with new addresses is sent no token until it has the old ones again", async () => {
  await using judge = await oidcJudge();
  await using elsewhere = await startRoughServer();
  await using at = await startBench();
  const form = await discover(at, judge.origin);
  const id = await account(at, judge, form);
  expect(await at.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });

  await save(at, { ...form, token_endpoint: `${elsewhere.origin}/token` }, true);
  await until(() => view(at.app, id)?.status === "needs_sign_in", "the account asks by itself");
  expect(view(at.app, id)?.reason).toEqual({ code: "provider_changed", provider: "Judge" });
  for (const call of ["signIns.refresh", "signIns.validate", "signIns.revoke"] as const)
    expect(await at.app.handlers[call](id), call).toMatchObject({ failure: { code: "provider_changed" } });
  expect(elsewhere.connections()).toBe(0);

  await save(at, form, true);
  await until(() => view(at.app, id)?.status === "signed_in", "the account goes on by itself");
  expect(await at.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
  expect(judge.reuses()).toBe(0);
});

test("accounts of a removed provider rest until the provider is added again", async () => {
  await using judge = await oidcJudge();
  await using at = await startBench();
  const form = await discover(at, judge.origin);
  const id = await account(at, judge, form);
  expect(await at.app.handlers["providers.remove"]("judge")).toMatchObject({ ok: true });
  await until(() => view(at.app, id)?.status === "config_error", "the account rests");
  expect(view(at.app, id)?.reason).toMatchObject({ code: "provider_unknown" });
  expect(await at.app.handlers["providers.remove"]("twitch")).toMatchObject({ ok: false });
  await save(at, form);
  await until(() => view(at.app, id)?.status === "signed_in", "the account goes on by itself");
});
