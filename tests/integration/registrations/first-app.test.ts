/** What main does for a first app: it asks the provider about the ID, copies console values, and adds a distributor's app. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBench, type Bench } from "../../support/host.ts";

const SHARED = { provider: "twitch", client_id: "k3x9a2m4p8q1zt6v0c5rj7n2e8w7ub", name: "Harbor" };
let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ sharedRegistration: JSON.stringify(SHARED) });
  await bench.app.handlers["sandbox.start"](undefined);
});
afterAll(() => bench[Symbol.asyncDispose]());

test.each([
  ["sandbox-public", undefined, "public"],
  ["sandbox-public", "a secret", "public"],
  ["tokenkeep-sandbox", undefined, "confidential"],
  ["tokenkeep-sandbox", "wrong", "secret_rejected"],
  ["tokenkeep-sandbox", "sandbox-only-not-a-secret", "confidential"],
  ["nobody", undefined, "unknown_id"],
])("the provider's answer about %s with the secret %s says: %s", async (client_id, client_secret, is) => {
  const answer = await bench.app.handlers["clients.probe"]({
    provider: "sandbox",
    client_id,
    ...(client_secret !== undefined && { client_secret }),
  });
  expect(answer).toEqual({ ok: true, value: { is } });
});

test("an outage says nothing about the client ID, and nothing is saved by asking", async () => {
  await bench.fault({ kind: "502_html" });
  const answer = await bench.app.handlers["clients.probe"]({
    provider: "sandbox",
    client_id: "sandbox-public",
  });
  expect(answer).toMatchObject({ ok: true, value: { is: "unchecked" } });
  expect(bench.app.state.snapshot().clients.filter(({ builtIn }) => !builtIn)).toEqual([]);
});

test("the console opens at the address of the provider's data, and its values are copied by name", async () => {
  const { handlers, state } = bench.app;
  const opened: string[] = [];
  bench.browser = (url) => Promise.resolve(opened.push(url) > 0);
  expect(await handlers["providers.openConsole"]("twitch")).toMatchObject({ ok: true });
  expect(opened).toEqual(["https://dev.twitch.tv/console/apps/create"]);
  expect(await handlers["providers.openConsole"]("sandbox")).toMatchObject({ ok: false });
  const form = state.snapshot().providers.find(({ id }) => id === "twitch")?.consoleForm;
  await handlers["providers.copyConsoleField"]({ provider: "twitch", field: "name" });
  expect(bench.clipboard.text).toBe(form?.name);
  await handlers["providers.copyConsoleField"]({ provider: "twitch", field: "redirect_uri" });
  expect(bench.clipboard.text).toBe("http://localhost");
});

test("a distributor's registration is offered, and saved once when it is used", async () => {
  const { handlers, state } = bench.app;
  expect(state.snapshot().sharedClient).toEqual({
    provider: "twitch",
    providerName: "Twitch",
    name: "Harbor",
  });
  const first = await handlers["clients.useShared"](undefined);
  expect(await handlers["clients.useShared"](undefined)).toEqual(first);
  expect(state.snapshot().clients.filter(({ builtIn }) => !builtIn)).toMatchObject([
    { provider: "twitch", client_id: SHARED.client_id, name: "Harbor", hasSecret: false },
  ]);
});

test.each([
  ["with a secret", { ...SHARED, client_secret: "not for a file" }],
  ["without a name", { provider: "twitch", client_id: SHARED.client_id }],
  ["of an unknown provider", { ...SHARED, provider: "elsewhere" }],
  ["that is not JSON", "{"],
])("a distributor's registration %s is not offered", async (_name, file) => {
  await using other = await startBench({
    sharedRegistration: typeof file === "string" ? file : JSON.stringify(file),
  });
  expect(other.app.state.snapshot().sharedClient).toBeNull();
  expect(await other.app.handlers["clients.useShared"](undefined)).toMatchObject({ ok: false });
  expect(other.logged.join()).not.toContain("not for a file");
});
