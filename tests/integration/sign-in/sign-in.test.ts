/** From the authorization request to a sign-in in the vault; a sign-in that fails saves nothing. */
import { expect, test } from "vitest";
import type { Flow } from "../../../contract/flow.ts";
import {
  authorization,
  signIn,
  signsInAs,
  startBench,
  until,
  view,
  walkPages,
  type Bench,
  type Person,
} from "../../support/host.ts";

async function begin(bench: Bench, client?: string, flow?: Flow): Promise<string> {
  const { handlers } = bench.app;
  const sandbox = await handlers["sandbox.start"](undefined);
  if (!sandbox.ok) throw new Error(sandbox.failure.code);
  const started = await handlers["authorization.start"]({
    client: client ?? sandbox.value.client,
    scopes: ["user:read:chat", "channel:read:polls"],
    ...(flow !== undefined && { flow }),
  });
  if (!started.ok) throw new Error(started.failure.code);
  return started.value.id;
}
const ended = (bench: Bench, id: string) =>
  until(
    () => ["confirm", "failed"].includes(authorization(bench.app, id)?.step ?? ""),
    "an end of the sign-in",
  );
async function clientWith(bench: Bench, client_id: string, client_secret?: string): Promise<string> {
  await bench.app.handlers["sandbox.start"](undefined);
  const saved = await bench.app.handlers["clients.save"]({
    provider: "sandbox",
    name: client_id,
    client_id,
    ...(client_secret !== undefined && { client_secret }),
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  return saved.value.id;
}

test("the user who signed in is shown first, and saved when the user confirms", async () => {
  await using bench = await startBench();
  const id = await begin(bench);
  await ended(bench, id);
  expect(authorization(bench.app, id)).toMatchObject({
    step: "confirm",
    login: "harborlights_tv",
    scopes: [{ name: "user:read:chat" }, { name: "channel:read:polls" }],
    missing: [],
    renews: true,
  });
  expect(bench.app.state.snapshot().signIns).toEqual([]);
  expect(await bench.app.handlers["authorization.keep"]({ id, beside: false })).toMatchObject({ ok: true });
  expect(bench.app.state.snapshot().signIns).toMatchObject([
    { login: "harborlights_tv", status: "signed_in" },
  ]);
});

test("an implicit sign-in has its token in the fragment, and cannot be refreshed", async () => {
  await using bench = await startBench();
  const id = await begin(bench, undefined, "implicit");
  await ended(bench, id);
  expect(authorization(bench.app, id)).toMatchObject({ step: "confirm", flow: "implicit", renews: false });
  const kept = await bench.app.handlers["authorization.keep"]({ id, beside: false });
  expect(kept).toMatchObject({ ok: true });
  expect(bench.app.state.snapshot().signIns).toMatchObject([
    { flow: "implicit", login: "harborlights_tv", renews: false, hasToken: true, status: "signed_in" },
  ]);
  expect((await bench.seen()).some(({ path }) => path === "/oauth2/token")).toBe(false);
});

test("“Not this one” revokes the token and saves nothing", async () => {
  await using bench = await startBench();
  const id = await begin(bench);
  await ended(bench, id);
  await bench.app.handlers["authorization.discard"](id);
  expect((await bench.seen()).some(({ path, status }) => path === "/oauth2/revoke" && status === 200)).toBe(
    true,
  );
  expect(bench.app.state.snapshot().signIns).toEqual([]);
});

test("a sign-in replaces the one of the same user and client; another user's is added", async () => {
  await using bench = await startBench();
  const first = await signIn(bench);
  expect(await signIn(bench)).toBe(first);
  bench.person = signsInAs("700000002");
  expect(await signIn(bench)).not.toBe(first);
  expect(bench.app.state.snapshot().signIns).toHaveLength(2);
});

const redirectWith =
  (change: (url: URL) => void): Person =>
  async ({ url, onRedirect }) => {
    const answer = new URL(await walkPages(url, "700000001"));
    change(answer);
    onRedirect(answer.href);
  };
const gateway: readonly [string, Person | undefined, string, ((bench: Bench) => Promise<unknown>)?][] = [
  ["denied consent", signsInAs("700000001", "deny"), "authorization_denied"],
  ["a closed window", async ({ onClosed }) => onClosed(), "authorization_cancelled"],
  ["a page that does not load", async ({ onFailed }) => onFailed(), "authorization_page_failed"],
  ["a wrong state", redirectWith((url) => url.searchParams.set("state", "other")), "state_rejected"],
  ["a missing state", redirectWith((url) => url.searchParams.delete("state")), "state_rejected"],
  ["a wrong code", redirectWith((url) => url.searchParams.set("code", "other")), "code_rejected"],
  ["a missing code", redirectWith((url) => url.searchParams.delete("code")), "code_rejected"],
  ["trouble at the provider", undefined, "provider_busy", (b) => b.fault({ kind: "500_json" })],
  ["an HTML answer", undefined, "provider_misbehaved", (b) => b.fault({ kind: "200_html" })],
  ["an HTML 502", undefined, "provider_misbehaved", (b) => b.fault({ kind: "502_html" })],
  ["a 10 MB answer", undefined, "provider_misbehaved", (b) => b.fault({ kind: "huge" })],
  ["a redirect", undefined, "provider_misbehaved", (b) => b.fault({ kind: "redirect" })],
  ["half an answer", undefined, "provider_unreachable", (b) => b.fault({ kind: "half", after: true })],
  ["a dropped line", undefined, "provider_unreachable", (b) => b.fault({ kind: "drop" })],
  [
    "a token of another client",
    undefined,
    "identity_mismatch",
    (b) => b.fault({ kind: "other_client", path: "/oauth2/validate", after: true }),
  ],
];
test.each(gateway)("%s fails with its code, and nothing is saved", async (_name, person, code, before) => {
  await using bench = await startBench();
  if (person !== undefined) bench.person = person;
  await before?.(bench);
  const id = await begin(bench);
  await ended(bench, id);
  expect(authorization(bench.app, id)).toMatchObject({ step: "failed", failure: { code } });
  expect(bench.app.state.snapshot().signIns).toEqual([]);
});

test("a response that arrives twice is exchanged once", async () => {
  await using bench = await startBench();
  bench.person = async ({ url, onRedirect }) => {
    const answer = await walkPages(url, "700000001");
    onRedirect(answer);
    onRedirect(answer);
  };
  const id = await begin(bench);
  await ended(bench, id);
  expect(authorization(bench.app, id)?.step).toBe("confirm");
  expect((await bench.seen()).filter(({ path }) => path === "/oauth2/token")).toHaveLength(1);
});

test.each([
  ["a wrong secret", "tokenkeep-sandbox", "wrong", "client_secret_rejected"],
  ["no secret", "tokenkeep-sandbox", undefined, "client_secret_missing"],
  ["a public client", "sandbox-public", undefined, "client_public"],
] as const)("%s fails with its own code", async (_name, client_id, secret, code) => {
  await using bench = await startBench();
  const id = await begin(bench, await clientWith(bench, client_id, secret));
  await ended(bench, id);
  expect(authorization(bench.app, id)).toMatchObject({ step: "failed", failure: { code } });
});

test("the provider's page reports an unknown client ID", async () => {
  await using bench = await startBench();
  const client = await clientWith(bench, "nobody");
  let said = "";
  bench.person = async ({ url, onClosed }) => {
    said = await (await fetch(url)).text();
    onClosed();
  };
  await ended(bench, await begin(bench, client));
  expect(said).toContain("No app with this client ID");
});

test("the log contains no token and no client secret", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.app.handlers["signIns.copy"]({ id, form: "token" });
  expect(bench.clipboard.text).toMatch(/^[a-z0-9]{30}$/);
  const log = bench.logged.join("\n");
  for (const secret of [bench.clipboard.text, "sandbox-only-not-a-secret"]) expect(log).not.toContain(secret);
  expect(view(bench.app, id)).toBeDefined();
});
