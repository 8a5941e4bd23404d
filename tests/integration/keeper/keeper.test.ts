/** The keeper in the whole app: it validates tokens, refreshes once for all callers, and sends no token twice. */
import { expect, test } from "vitest";
import { OWN_CLIENT } from "../../../sandbox/seeds.ts";
import { authorization, signIn, signsInAs, startBench, until, view, type Bench } from "../../support/host.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";

const refreshes = async (bench: Bench) =>
  (await bench.seen()).filter(({ grant_type }) => grant_type === "refresh_token").length;
async function rotating(bench: Bench): Promise<string> {
  await bench.app.handlers["sandbox.start"](undefined);
  const saved = await bench.app.handlers["clients.save"]({
    provider: "sandbox",
    name: "r",
    client_id: "sandbox-rotating",
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  return signIn(bench, saved.value.id);
}
const copied = async (bench: Bench, id: string): Promise<string> => {
  await bench.app.handlers["signIns.copy"]({ id, form: "token" });
  return bench.clipboard.text;
};

test("many requests at once share one refresh, and all get the new token", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  const before = await copied(bench, id);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => bench.app.handlers["signIns.refresh"](id)),
  );
  expect(answers.every(({ ok }) => ok)).toBe(true);
  expect(await refreshes(bench)).toBe(1);
  expect(await copied(bench, id)).not.toBe(before);
});

test("a token is refreshed before it expires, without a request", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.advance(14_124 - 10 * 60);
  await until(() => (view(bench.app, id)?.expiresAtMs ?? 0) > Date.now() + 14_124_000, "a later end");
  expect(await refreshes(bench)).toBe(1);
});

test("a token is validated hourly, and refreshed when the provider rejects it early", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.admin("end-access", { user_id: "700000001" });
  await bench.advance(3_700);
  for (const end = Date.now() + 30_000; (await refreshes(bench)) === 0 && Date.now() < end;);
  await until(() => view(bench.app, id)?.status === "signed_in");
  expect(await refreshes(bench)).toBe(1);
});

test.each([
  ["429_empty", false],
  ["500_json", false],
  ["503_json", false],
  ["502_html", true],
  ["200_html", true],
  ["huge", true],
  ["half", true],
  ["drop", true],
  ["redirect", true],
] as const)(
  "a confidential client keeps its sign-in after %s, retries, and recovers",
  async (kind, after) => {
    await using bench = await startBench();
    const id = await signIn(bench);
    await bench.fault({ kind, after });
    expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: false });
    expect(view(bench.app, id)).toMatchObject({ status: "signed_in", condition: "unreachable" });
    expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
    expect(view(bench.app, id)?.condition).toBeUndefined();
  },
);

test.each(["502_html", "200_html", "huge", "half", "drop", "redirect"] as const)(
  "a one-time token is never sent again after the server rotated it and answered with %s",
  async (kind) => {
    await using bench = await startBench();
    const id = await rotating(bench);
    await bench.fault({ kind, after: true });
    expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({
      failure: { code: "refresh_ambiguous" },
    });
    expect(view(bench.app, id)?.status).toBe("refresh_ambiguous");
    expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({
      failure: { code: "refresh_ambiguous" },
    });
    expect(await refreshes(bench)).toBe(1);
    const again = await bench.restart();
    expect(view(again, id)?.status).toBe("refresh_ambiguous");
    expect(await copied(bench, id)).toMatch(/^[a-z0-9]{30}$/); // the access token works until it expires
  },
);

test.each([
  ["one-time", rotating, "refresh_ambiguous"],
  ["confidential", (bench: Bench) => signIn(bench), "signed_in"],
] as const)(
  "%s: the intent is on disk before the token is sent, so a crash in between is noticed",
  async (_name, start, status) => {
    await using bench = await startBench();
    const id = await start(bench);
    await bench.fault({ kind: "silence", after: true });
    void bench.app.handlers["signIns.refresh"](id);
    for (const end = Date.now() + 30_000; (await refreshes(bench)) === 0 && Date.now() < end;);
    const other = await bench.afterCrash();
    expect(view(other, id)?.status).toBe(status);
    await other.handlers["signIns.refresh"](id);
    expect(await refreshes(bench)).toBe(status === "signed_in" ? 2 : 1);
    await other.stop();
    await bench.sandbox.close(); // the first app still waits for its answer
  },
);

test("a rotated token is on disk before it is used, so it survives a restart", async () => {
  await using bench = await startBench();
  const id = await rotating(bench);
  for (const _round of [1, 2, 3]) {
    expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
    await bench.restart();
  }
  expect(view(bench.app, id)?.status).toBe("signed_in");
});

test("a refused refresh token asks for a sign-in and gives the reason; an outage does not", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.admin("disconnect", { user_id: "700000001" });
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({
    failure: { code: "refresh_token_rejected" },
  });
  expect(view(bench.app, id)).toMatchObject({
    status: "needs_sign_in",
    reason: { code: "refresh_token_rejected" },
  });
});

test("a validation that answers for another user raises an alarm", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.fault({ kind: "other_user", path: "/oauth2/validate", after: true });
  await bench.app.handlers["signIns.validate"](id);
  expect(view(bench.app, id)).toMatchObject({
    status: "needs_sign_in",
    reason: { code: "identity_mismatch" },
  });
});

test("an account whose provider is down is kept and shown as unreachable", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.sandbox.close();
  await bench.app.handlers["signIns.validate"](id);
  expect(view(bench.app, id)).toMatchObject({ status: "signed_in", condition: "unreachable" });
});

test("revoke ends the token at the provider; remove erases it here and revokes it", async () => {
  await using bench = await startBench();
  const first = await signIn(bench);
  bench.person = signsInAs("700000002");
  const second = await signIn(bench);
  expect(await bench.app.handlers["signIns.revoke"](first)).toMatchObject({ ok: true });
  expect(view(bench.app, first)?.status).toBe("revoked");
  expect(await bench.app.handlers["signIns.copy"]({ id: first, form: "token" })).toMatchObject({ ok: false });
  expect(await bench.app.handlers["signIns.remove"](second)).toMatchObject({ ok: true });
  expect(view(bench.app, second)).toBeUndefined();
  for (const end = Date.now() + 30_000; Date.now() < end;)
    if ((await bench.seen()).filter(({ path }) => path === "/oauth2/revoke").length === 2) break;
  expect(
    (await bench.seen()).filter(({ path, status }) => path === "/oauth2/revoke" && status === 200),
  ).toHaveLength(2);
});

test.each([
  ["token", /^[a-z0-9]{30}$/],
  ["oauth", /^oauth:[a-z0-9]{30}$/],
  ["bearer", /^Bearer [a-z0-9]{30}$/],
  [
    "env",
    /^CLIENT_ID=tokenkeep-sandbox\nACCESS_TOKEN=[a-z0-9]{30}\nUSER_ID=700000001\nLOGIN=harborlights_tv\n$/,
  ],
] as const)("the token is copied in the form %s", async (form, shape) => {
  await using bench = await startBench();
  const id = await signIn(bench);
  expect(await bench.app.handlers["signIns.copy"]({ id, form })).toMatchObject({
    value: { clearsInMs: 30_000 },
  });
  expect(bench.clipboard.text).toMatch(shape);
});

/** A registration of the sandbox's confidential client; its secret is wrong until `setRight` is called. */
async function spoilable(bench: Bench) {
  await bench.app.handlers["sandbox.start"](undefined);
  const form = { provider: "sandbox", name: "mine", client_id: OWN_CLIENT.client_id };
  const save = (client_secret: string, id?: string) =>
    bench.app.handlers["clients.save"]({ ...form, client_secret, ...(id !== undefined && { id }) });
  const saved = await save(OWN_CLIENT.client_secret);
  if (!saved.ok) throw new Error(saved.failure.code);
  const id = await signIn(bench, saved.value.id);
  await save("a wrong secret", saved.value.id);
  await bench.app.handlers["signIns.refresh"](id);
  expect(view(bench.app, id)?.status).toBe("config_error");
  return { id, setRight: () => save(OWN_CLIENT.client_secret, saved.value.id) };
}
async function bot(bench: Bench) {
  await bench.app.handlers["tools.create"]({ name: "bot" });
  return connectTool(parseConnection(bench.clipboard.text));
}

test("a wrong client secret keeps the account, also after its access token expires; the right secret refreshes it", async () => {
  await using bench = await startBench();
  const { id, setRight } = await spoilable(bench);
  const before = await refreshes(bench);
  await bench.advance(14_300);
  await until(() => view(bench.app, id)?.expiresAtMs === undefined, "the end of the token");
  await expect.poll(() => refreshes(bench)).toBe(before + 1); // the keeper retries once an hour
  await until(() => view(bench.app, id)?.status === "config_error");
  const tool = await bot(bench);
  for (let time = 0; time < 3; time += 1)
    await expect(tool.ask("token.get")).rejects.toMatchObject({ code: "needs_sign_in" });
  tool.close();
  expect(await refreshes(bench)).toBe(before + 1); // no request retries with the wrong secret
  expect(await setRight()).toMatchObject({ ok: true });
  await until(() => view(bench.app, id)?.status === "signed_in", "signed in again");
  expect(await bench.app.handlers["signIns.copy"]({ id, form: "token" })).toMatchObject({ ok: true });
});

test("repeated requests of a tool do not shorten the back-off", async () => {
  await using bench = await startBench();
  // The socket's thread uses the real clock, so the app's clock starts in the past and reaches the present.
  await bench.pass(60 - 14_124);
  await rotating(bench);
  const tool = await bot(bench);
  await bench.fault({ kind: "500_json", times: 30 });
  await bench.pass(14_124 - 60);
  for (let time = 0; time < 20; time += 1)
    await tool.ask("token.get", { min_valid: 86_400 }).catch(() => undefined);
  tool.close();
  expect(await refreshes(bench)).toBe(1);
});

test("a request for more than the lifetime gets the current token, not a new one at each call", async () => {
  await using bench = await startBench();
  await signIn(bench);
  const tool = await bot(bench);
  for (let time = 0; time < 5; time += 1)
    expect(await tool.ask("token.get", { min_valid: 86_400 })).toHaveProperty("access_token");
  tool.close();
  expect(await refreshes(bench)).toBe(0);
});

test("a removal during a new sign-in leaves the new sign-in", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  const client = await bench.app.handlers["sandbox.start"](undefined);
  if (!client.ok) throw new Error(client.failure.code);
  const course = await bench.app.handlers["authorization.start"]({
    client: client.value.client,
    scopes: ["user:read:chat"],
    signIn: id,
  });
  if (!course.ok) throw new Error(course.failure.code);
  await until(() => authorization(bench.app, course.value.id)?.step === "confirm");
  const removing = bench.app.handlers["signIns.remove"](id);
  const kept = await bench.app.handlers["authorization.keep"]({ id: course.value.id, beside: false });
  await removing;
  if (!kept.ok) throw new Error(kept.failure.code);
  const revoked = async () => (await bench.seen()).filter(({ path }) => path === "/oauth2/revoke").length;
  await expect.poll(revoked).toBe(1); // the token of the removed sign-in
  expect(await bench.app.handlers["signIns.validate"](kept.value.signIn)).toMatchObject({ ok: true });
  expect(bench.app.state.snapshot().signIns).toHaveLength(1);
});

test("cancelling a sign-in while it is saved does not revoke its token", async () => {
  await using bench = await startBench();
  const client = await bench.app.handlers["sandbox.start"](undefined);
  if (!client.ok) throw new Error(client.failure.code);
  const course = await bench.app.handlers["authorization.start"]({ client: client.value.client, scopes: [] });
  if (!course.ok) throw new Error(course.failure.code);
  await until(() => authorization(bench.app, course.value.id)?.step === "confirm");
  const keeping = bench.app.handlers["authorization.keep"]({ id: course.value.id, beside: false });
  await bench.app.handlers["authorization.cancel"](course.value.id);
  const kept = await keeping;
  if (!kept.ok) throw new Error(kept.failure.code);
  expect(await bench.app.handlers["signIns.validate"](kept.value.signIn)).toMatchObject({ ok: true });
});

test("a sign-in removed while the provider is down is revoked later, also after a restart", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.fault({ kind: "drop", path: "/oauth2/revoke", times: 1 });
  expect(await bench.app.handlers["signIns.remove"](id)).toMatchObject({ ok: true });
  expect(view(bench.app, id)).toBeUndefined();
  const revoked = async () => (await bench.seen()).filter(({ path }) => path === "/oauth2/revoke");
  await expect.poll(async () => (await revoked()).length).toBe(1);
  await bench.restart();
  await expect.poll(async () => (await revoked()).at(-1)?.status).toBe(200);
});
