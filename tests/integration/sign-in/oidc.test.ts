/** The OpenID Connect flows: a verified ID token is shown and stored; without a verified one nothing is saved. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Flow } from "../../../contract/flow.ts";
import { authorization, startBench, until, view, walkPages, type Bench } from "../../support/host.ts";
import { createForgingSigner, type Forgery } from "./support/id-tokens.ts";

const SCOPES = ["user:read:email", "user:read:chat"];
async function benchWithSigner() {
  const signer = createForgingSigner();
  return { bench: await startBench({ signer }), signer };
}
async function begin(bench: Bench, flow: Flow, scopes: readonly string[] = SCOPES): Promise<string> {
  const { handlers } = bench.app;
  const sandbox = await handlers["sandbox.start"](undefined);
  if (!sandbox.ok) throw new Error(sandbox.failure.code);
  const { client } = sandbox.value;
  const started = await handlers["authorization.start"]({ client, scopes: [...scopes], flow });
  if (!started.ok) throw new Error(started.failure.code);
  return started.value.id;
}
const step = (bench: Bench, id: string) => authorization(bench.app, id);
const ended = (bench: Bench, id: string) =>
  until(() => ["confirm", "failed"].includes(step(bench, id)?.step ?? ""), "an end of the sign-in");
async function kept(bench: Bench, id: string): Promise<string> {
  const answer = await bench.app.handlers["authorization.keep"]({ id, beside: false });
  if (!answer.ok) throw new Error(answer.failure.code);
  return answer.value.signIn;
}
const seen = async (bench: Bench, path: string) =>
  (await bench.seen()).filter((one) => one.path === path).length;
const value = (claims: readonly { name: string; value: string }[] | undefined, wanted: string) =>
  claims?.find(({ name }) => name === wanted)?.value;

describe.each([
  ["oidc_code", true],
  ["oidc_implicit_token", false],
] as const)("%s", (flow, renews) => {
  test("shows who signed in, and stores the ID token beside the access token", async () => {
    await using bench = await startBench();
    const id = await begin(bench, flow);
    await ended(bench, id);
    const one = step(bench, id);
    if (one?.step !== "confirm") throw new Error(JSON.stringify(one));
    expect(one).toMatchObject({ flow, login: "harborlights_tv", renews, keeps: true, missing: [] });
    expect(value(one.claims, "preferred_username")).toBe("harborlights_tv");
    expect(value(one.claims, "email")).toBe("harborlights@example.test");
    const signIn = await kept(bench, id);
    expect(view(bench.app, signIn)).toMatchObject({ flow, hasIdToken: true, scopes: ["openid", ...SCOPES] });
    await bench.restart();
    const { handlers } = bench.app;
    const known = await handlers["signIns.claims"]({ id: signIn, now: false });
    expect(known.ok && value(known.value.idToken, "sub")).toBe("700000001");
    expect(known).not.toHaveProperty("value.now");
    const told = await handlers["signIns.claims"]({ id: signIn, now: true });
    expect(told.ok && value(told.value.now, "email")).toBe("harborlights@example.test");
    // ID token and access token are copied by different calls.
    await handlers["signIns.copyIdToken"](signIn);
    expect(bench.clipboard.text).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/);
    const idToken = bench.clipboard.text;
    await handlers["signIns.copy"]({ id: signIn, form: "token" });
    expect(bench.clipboard.text).toMatch(/^[a-z0-9]{30}$/);
    const everything = JSON.stringify(bench.app.state.snapshot()) + bench.logged.join("\n");
    expect(everything).not.toContain(idToken.split(".")[2]);
  });
});

test("an ID token alone can be seen and copied, and is not stored", async () => {
  await using bench = await startBench();
  const { handlers } = bench.app;
  const before = await begin(bench, "implicit");
  await ended(bench, before);
  const there = await kept(bench, before);
  const id = await begin(bench, "oidc_implicit", []);
  await ended(bench, id);
  expect(step(bench, id)).toMatchObject({
    step: "confirm",
    login: "harborlights_tv",
    keeps: false,
    scopes: [],
  });
  expect(step(bench, id)).not.toHaveProperty("replaces"); // it is not saved, so it replaces nothing
  expect(await handlers["authorization.keep"]({ id, beside: false })).toMatchObject({ ok: false });
  expect(await handlers["authorization.copyIdToken"](id)).toMatchObject({ ok: true });
  expect(bench.clipboard.text).toMatch(/^ey/);
  await handlers["authorization.discard"](id);
  expect(await handlers["authorization.copyIdToken"](id)).toMatchObject({ ok: false });
  expect(bench.app.state.snapshot().signIns).toMatchObject([{ id: there }]);
  expect(await seen(bench, "/oauth2/revoke")).toBe(0); // an ID token cannot be revoked
});

const forgeries: readonly [string, Forgery, string][] = [
  ["a foreign nonce", { claims: { nonce: "another" } }, "nonce"],
  ["no nonce", { claims: { nonce: undefined } }, "nonce"],
  ["alg none", { alg: "none" }, "algorithm"],
  ["another key under a known name", { otherKey: true }, "signature"],
  ["another key under an unknown name", { otherKey: true, kid: "9" }, "signature"],
  ["another client's", { claims: { aud: "somebody-else" } }, "audience"],
  ["another issuer's", { claims: { iss: "https://elsewhere.example" } }, "issuer"],
  ["one that has ended", { claims: { exp: 1_700_000_000 } }, "expired"],
  ["another access token's", { claims: { at_hash: "AAAAAAAAAAAAAAAAAAAAAA" } }, "at_hash"],
  ["somebody else's", { claims: { sub: "700000002" } }, "subject"],
];
describe.each(["oidc_code", "oidc_implicit_token"] as const)("%s refuses an ID token", (flow) => {
  const signer = createForgingSigner();
  let bench: Bench;
  beforeAll(async () => void (bench = await startBench({ signer })));
  afterAll(() => bench[Symbol.asyncDispose]());

  test.each(forgeries)("with %s, and revokes the access token", async (_name, forgery, why) => {
    signer.forgery = forgery;
    const before = await seen(bench, "/oauth2/revoke");
    const id = await begin(bench, flow);
    await ended(bench, id);
    expect(step(bench, id)).toMatchObject({ step: "failed", failure: { code: "id_token_rejected", why } });
    await expect.poll(() => seen(bench, "/oauth2/revoke")).toBe(before + 1);
    expect(bench.app.state.snapshot().signIns).toEqual([]);
  });
});

test("a new key is requested once; ID tokens with unknown key names cause no further requests", async () => {
  const { bench, signer } = await benchWithSigner();
  await using _ = bench;
  await ended(bench, await begin(bench, "oidc_code"));
  expect(await seen(bench, "/oauth2/keys")).toBe(1);
  await bench.pass(120);
  signer.published = ["1", "2"];
  signer.forgery = { kid: "2" };
  const second = await begin(bench, "oidc_code");
  await ended(bench, second);
  expect(step(bench, second)?.step).toBe("confirm");
  expect(await seen(bench, "/oauth2/keys")).toBe(2);
  signer.forgery = { kid: "3" };
  for (let time = 0; time < 3; time += 1) {
    const id = await begin(bench, "oidc_code");
    await ended(bench, id);
    expect(step(bench, id)).toMatchObject({ failure: { why: "signature" } });
  }
  expect(await seen(bench, "/oauth2/keys")).toBe(2);
});

test("a sign-in fails with provider_busy when the keys cannot be requested", async () => {
  await using bench = await startBench();
  await bench.fault({ kind: "500_json", path: "/oauth2/keys" });
  const id = await begin(bench, "oidc_code");
  await ended(bench, id);
  expect(step(bench, id)).toMatchObject({ failure: { code: "provider_busy" } });
});

test("a userinfo request fails with provider_busy when the provider does", async () => {
  await using bench = await startBench();
  const id = await begin(bench, "oidc_code");
  await ended(bench, id);
  const signIn = await kept(bench, id);
  await bench.fault({ kind: "500_json", path: "/oauth2/userinfo" });
  expect(await bench.app.handlers["signIns.claims"]({ id: signIn, now: true })).toMatchObject({
    failure: { code: "provider_busy" },
  });
});

test("two sign-ins that finish in the other order get their own users", async () => {
  await using bench = await startBench();
  const pages: { url: string; onRedirect: (url: string) => void }[] = [];
  bench.person = (request) => Promise.resolve(void pages.push(request));
  const [first, second] = [await begin(bench, "oidc_code"), await begin(bench, "implicit")];
  const [one, two] = pages;
  if (one === undefined || two === undefined) throw new Error("no pages");
  two.onRedirect(await walkPages(two.url, "700000002"));
  await ended(bench, second);
  one.onRedirect(await walkPages(one.url, "700000003"));
  await ended(bench, first);
  expect(step(bench, first)).toMatchObject({ step: "confirm", login: "lanternbot", flow: "oidc_code" });
  expect(step(bench, second)).toMatchObject({ step: "confirm", login: "mirrelune", flow: "implicit" });
});

test("a response in another sign-in's window fails that sign-in alone", async () => {
  await using bench = await startBench();
  const pages: { url: string; onRedirect: (url: string) => void }[] = [];
  bench.person = (request) => Promise.resolve(void pages.push(request));
  const [first, second] = [await begin(bench, "oidc_code"), await begin(bench, "oidc_code")];
  const [one, two] = pages;
  if (one === undefined || two === undefined) throw new Error("no pages");
  const answer = await walkPages(one.url, "700000001");
  two.onRedirect(answer);
  expect(step(bench, second)).toMatchObject({ step: "failed", failure: { code: "state_rejected" } });
  expect(step(bench, first)?.step).toBe("waiting");
  one.onRedirect(answer);
  await ended(bench, first);
  expect(step(bench, first)?.step).toBe("confirm");
});

test("a response after ten minutes is refused", async () => {
  await using bench = await startBench();
  let page: { url: string; onRedirect: (url: string) => void } | undefined;
  bench.person = (request) => Promise.resolve(void (page = request));
  const id = await begin(bench, "oidc_implicit_token");
  if (page === undefined) throw new Error("no page");
  const answer = await walkPages(page.url, "700000001");
  await bench.pass(601);
  page.onRedirect(answer);
  await ended(bench, id);
  expect(step(bench, id)).toMatchObject({ step: "failed", failure: { code: "authorization_expired" } });
});

test.each([
  ["another script", "ミレルーン"],
  ["other letters' case", "HarborLights_TV"],
])("a display name in %s is stored, and a later sign-in without one keeps it", async (_name, said) => {
  const { bench, signer } = await benchWithSigner();
  await using app = bench;
  signer.forgery = { claims: { preferred_username: said } };
  const id = await begin(app, "oidc_code");
  await ended(app, id);
  expect(step(app, id)).toMatchObject({ step: "confirm", login: "harborlights_tv", displayName: said });
  const signIn = await kept(app, id);
  const shown = { login: "harborlights_tv", displayName: said };
  expect(view(app.app, signIn)).toMatchObject(shown);
  expect(await app.app.handlers["signIns.validate"](signIn)).toMatchObject({ ok: true });
  expect(view(app.app, signIn)).toMatchObject(shown);
  const plain = await begin(app, "authorization_code");
  await ended(app, plain);
  expect(await kept(app, plain)).toBe(signIn);
  expect(view(app.app, signIn)).toMatchObject(shown);
});

test("an ID token that names no key is verified by any of the provider's keys, also by a new one", async () => {
  const { bench, signer } = await benchWithSigner();
  await using app = bench;
  signer.forgery = { kid: null };
  signer.published = ["a", "b", "c"];
  const first = await begin(app, "oidc_code");
  await ended(app, first);
  expect(step(app, first)).toMatchObject({ step: "confirm", login: "harborlights_tv" });
  // The provider changes its key, and the token names none: the keys are requested again.
  signer.publishesOther = true;
  signer.forgery = { kid: null, otherKey: true };
  await app.pass(120);
  const second = await begin(app, "oidc_code");
  await ended(app, second);
  expect(step(app, second)).toMatchObject({ step: "confirm", login: "harborlights_tv" });
  signer.forgery = { kid: null };
  const third = await begin(app, "oidc_code");
  await ended(app, third);
  expect(step(app, third)).toMatchObject({ failure: { code: "id_token_rejected", why: "signature" } });
});
