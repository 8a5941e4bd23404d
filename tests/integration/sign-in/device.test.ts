/** The device code flow: the whole sign-in, and each way in which it fails. */
import { expect, test } from "vitest";
import { sandboxAt } from "../../../core/providers/sandbox.ts";
import { authorization, startBench, until, view, walkPages, type Bench } from "../../support/host.ts";

const SCOPES = ["user:read:chat", "user:bot"];
async function publicClient(bench: Bench): Promise<string> {
  await bench.app.handlers["sandbox.start"](undefined);
  const saved = await bench.app.handlers["clients.save"]({
    provider: "sandbox",
    name: "Bot",
    client_id: "sandbox-public",
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  return saved.value.id;
}
async function begin(bench: Bench, client: string, scopes = SCOPES): Promise<string> {
  const started = await bench.app.handlers["authorization.start"]({ client, scopes, flow: "device_code" });
  if (!started.ok) throw new Error(started.failure.code);
  return started.value.id;
}
const step = (bench: Bench, id: string) => authorization(bench.app, id);
const reached = (bench: Bench, id: string, wanted: string) =>
  until(() => step(bench, id)?.step === wanted, `${wanted} instead of ${String(step(bench, id)?.step)}`);
/** The device code that the window shows. */
function shown(bench: Bench, id: string) {
  const one = step(bench, id);
  if (one?.step !== "waiting" || one.device === undefined) throw new Error("no code is shown");
  return one.device;
}
const polls = async (bench: Bench) =>
  (await bench.seen()).filter(({ grant_type }) => grant_type?.includes("device_code")).length;

test("a public client signs in by a device code, is saved, and refreshes with one-time tokens", async () => {
  await using bench = await startBench();
  const id = await begin(bench, await publicClient(bench));
  const { user_code, verification_uri, expiresAtMs } = shown(bench, id);
  expect(verification_uri).toContain(user_code);
  expect(expiresAtMs - Date.now()).toBeGreaterThan(1_700_000);
  await expect.poll(() => polls(bench)).toBeGreaterThan(1);
  await walkPages(verification_uri, "700000002");
  await reached(bench, id, "confirm");
  expect(step(bench, id)).toMatchObject({ login: "mirrelune", missing: [], renews: true });
  const kept = await bench.app.handlers["authorization.keep"]({ id, beside: false });
  if (!kept.ok) throw new Error(kept.failure.code);
  const { signIn } = kept.value;
  expect(view(bench.app, signIn)).toMatchObject({ flow: "device_code", status: "signed_in", scopes: SCOPES });
  expect(await bench.app.handlers["signIns.refresh"](signIn)).toMatchObject({ ok: true });
  await bench.restart();
  expect(view(bench.app, signIn)).toMatchObject({ flow: "device_code", login: "mirrelune" });
  expect(await bench.app.handlers["signIns.refresh"](signIn)).toMatchObject({ ok: true });

  // Renewing the sign-in by hand uses the same flow.
  const client = bench.app.state.snapshot().clients.find(({ client_id }) => client_id === "sandbox-public");
  const again = await bench.app.handlers["authorization.start"]({
    client: client?.id ?? "",
    scopes: SCOPES,
    signIn,
  });
  if (!again.ok) throw new Error(again.failure.code);
  expect(shown(bench, again.value.id).user_code).not.toBe(user_code);
});

test("a declined device code saves nothing", async () => {
  await using bench = await startBench();
  const id = await begin(bench, await publicClient(bench));
  await walkPages(shown(bench, id).verification_uri, "700000002", "deny");
  await reached(bench, id, "failed");
  expect(step(bench, id)).toMatchObject({ failure: { code: "authorization_denied" } });
  expect(bench.app.state.snapshot().signIns).toEqual([]);
});

test("an expired device code fails with device_code_ended", async () => {
  await using bench = await startBench();
  const id = await begin(bench, await publicClient(bench));
  await bench.pass(1_801);
  await reached(bench, id, "failed");
  expect(step(bench, id)).toMatchObject({ failure: { code: "device_code_ended" } });
});

test("server errors of the provider do not end the polling", async () => {
  await using bench = await startBench();
  const client = await publicClient(bench);
  await bench.fault({ kind: "502_html", times: 2 });
  const id = await begin(bench, client);
  await walkPages(shown(bench, id).verification_uri, "700000001");
  await reached(bench, id, "confirm");
});

test("a token that arrives after the user cancelled is revoked", async () => {
  await using bench = await startBench();
  const id = await begin(bench, await publicClient(bench));
  const { verification_uri } = shown(bench, id);
  // From here on each answer is delayed after the server has processed its request.
  await bench.fault({ kind: "slow", after: true, times: 100 });
  await walkPages(verification_uri, "700000002");
  const given = async () => (await (await fetch(`${bench.sandbox.origin}/admin/tokens`)).json()) as string[];
  await expect.poll(given).toEqual(["mirrelune"]);
  await bench.app.handlers["authorization.cancel"](id);
  await expect.poll(given).toEqual([]);
  expect(step(bench, id)).toBeUndefined();
  expect(bench.app.state.snapshot().signIns).toEqual([]);
});

test("an unknown client fails with client_id_rejected at once", async () => {
  await using bench = await startBench();
  await bench.app.handlers["sandbox.start"](undefined);
  const saved = await bench.app.handlers["clients.save"]({
    provider: "sandbox",
    name: "x",
    client_id: "nobody",
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  expect(
    await bench.app.handlers["authorization.start"]({
      client: saved.value.id,
      scopes: SCOPES,
      flow: "device_code",
    }),
  ).toMatchObject({ failure: { code: "client_id_rejected" } });
});

test("a provider that refuses embedded windows gets the browser or a copied link", async () => {
  await using bench = await startBench({
    providers: (origin) => [
      { ...sandboxAt(origin), id: "elsewhere", userAgents: ["system_browser"], publicFlows: ["device_code"] },
    ],
  });
  const saved = await bench.app.handlers["clients.save"]({
    provider: "elsewhere",
    name: "Bot",
    client_id: "sandbox-public",
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  // Without a chosen flow the client's only flow is used.
  const started = await bench.app.handlers["authorization.start"]({ client: saved.value.id, scopes: SCOPES });
  if (!started.ok) throw new Error(started.failure.code);
  const { id } = started.value;
  expect(await bench.app.handlers["authorization.show"](id)).toMatchObject({
    failure: { code: "browser_failing" },
  });
  expect(await bench.app.handlers["authorization.copyLink"](id)).toMatchObject({ ok: true });
  expect(bench.clipboard.text).toBe(shown(bench, id).verification_uri);
});

test("a page at another host opens only after the user has allowed its host", async () => {
  await using bench = await startBench({
    providers: (origin) => {
      const sandbox = sandboxAt(origin);
      const device = {
        ...sandbox.device,
        endpoint: `${origin}/oauth2/device`,
        scopesName: "scopes" as const,
      };
      return [
        { ...sandbox, id: "far", name: "Far", device: { ...device, pageOrigins: ["https://far.example"] } },
      ];
    },
  });
  const { handlers } = bench.app;
  const saved = await handlers["clients.save"]({ provider: "far", name: "Bot", client_id: "sandbox-public" });
  if (!saved.ok) throw new Error(saved.failure.code);
  const opened: string[] = [];
  bench.browser = (url) => Promise.resolve(opened.push(url) > 0);
  bench.person = ({ url }) => Promise.resolve(void opened.push(url));
  const id = await begin(bench, saved.value.id);
  const { verification_uri, elsewhere } = shown(bench, id);
  expect(elsewhere).toBe(true);
  expect(verification_uri.startsWith(bench.sandbox.origin)).toBe(true);
  expect(await handlers["authorization.show"](id)).toEqual({
    ok: false,
    failure: { code: "page_elsewhere", provider: "Far", detail: new URL(bench.sandbox.origin).host },
  });
  expect(opened).toEqual([]);
  expect(await handlers["authorization.showElsewhere"](id)).toMatchObject({ ok: true });
  expect(opened).toEqual([verification_uri]);
  await walkPages(verification_uri, "700000002");
  await reached(bench, id, "confirm");
  expect(await handlers["authorization.showElsewhere"](id)).toMatchObject({
    failure: { code: "authorization_unknown" },
  });
});
