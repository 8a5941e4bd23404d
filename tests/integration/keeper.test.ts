/** Kept signed in: validated, refreshed once for everybody, and never spent twice. */
import { expect, test } from "vitest";
import { signIn, signsInAs, startBench, until, view, type Bench } from "../support/host.ts";

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

test("many who ask at once cost one refresh, and all get the new token", async () => {
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

test("it is refreshed ahead of its end, by itself", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.advance(14_124 - 10 * 60);
  await until(() => (view(bench.app, id)?.expiresAtMs ?? 0) > Date.now() + 14_124_000, "a later end");
  expect(await refreshes(bench)).toBe(1);
});

test("it is validated hourly; a token that died early is refreshed", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.admin("end-access", { user_id: "700000001" });
  await bench.advance(3_700);
  for (const end = Date.now() + 5_000; (await refreshes(bench)) === 0 && Date.now() < end;);
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
] as const)("confidential, %s: kept, tried again, and well afterwards", async (kind, after) => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.fault({ kind, after });
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: false });
  expect(view(bench.app, id)).toMatchObject({ status: "signed_in", condition: "unreachable" });
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
  expect(view(bench.app, id)?.condition).toBeUndefined();
});

test.each(["502_html", "200_html", "huge", "half", "drop", "redirect"] as const)(
  "one-time, %s after the server rotated: never sent again",
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
    expect(await copied(bench, id)).toMatch(/^[a-z0-9]{30}$/); // the access token works until it ends
  },
);

test.each([
  ["one-time", rotating, "refresh_ambiguous"],
  ["confidential", (bench: Bench) => signIn(bench), "signed_in"],
] as const)(
  "%s: the intent is on disk before the token is sent, and a crash in between is known",
  async (_name, start, status) => {
    await using bench = await startBench();
    const id = await start(bench);
    await bench.fault({ kind: "silence", after: true });
    void bench.app.handlers["signIns.refresh"](id);
    for (const end = Date.now() + 5_000; (await refreshes(bench)) === 0 && Date.now() < end;);
    const other = await bench.afterCrash();
    expect(view(other, id)?.status).toBe(status);
    await other.handlers["signIns.refresh"](id);
    expect(await refreshes(bench)).toBe(status === "signed_in" ? 2 : 1);
    await other.stop();
    await bench.sandbox.close(); // the first one still waits for its answer
  },
);

test("a rotated token is on disk before it is used: it survives a restart", async () => {
  await using bench = await startBench();
  const id = await rotating(bench);
  for (const _round of [1, 2, 3]) {
    expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
    await bench.restart();
  }
  expect(view(bench.app, id)?.status).toBe("signed_in");
});

test("a refused refresh token asks for a sign-in and says why; outages never do", async () => {
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

test("a validation that answers for somebody else is an alarm", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.fault({ kind: "other_user", path: "/oauth2/validate", after: true });
  await bench.app.handlers["signIns.validate"](id);
  expect(view(bench.app, id)).toMatchObject({
    status: "needs_sign_in",
    reason: { code: "identity_mismatch" },
  });
});

test("the sandbox away: the account is kept and called unreachable", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.sandbox.close();
  await bench.app.handlers["signIns.validate"](id);
  expect(view(bench.app, id)).toMatchObject({ status: "signed_in", condition: "unreachable" });
});

test("revoke ends the token at the provider; remove erases it here and tells the provider", async () => {
  await using bench = await startBench();
  const first = await signIn(bench);
  bench.person = signsInAs("700000002");
  const second = await signIn(bench);
  expect(await bench.app.handlers["signIns.revoke"](first)).toMatchObject({ ok: true });
  expect(view(bench.app, first)?.status).toBe("revoked");
  expect(await bench.app.handlers["signIns.copy"]({ id: first, form: "token" })).toMatchObject({ ok: false });
  expect(await bench.app.handlers["signIns.remove"](second)).toMatchObject({ ok: true });
  expect(view(bench.app, second)).toBeUndefined();
  for (const end = Date.now() + 5_000; Date.now() < end;)
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
] as const)("copied as %s", async (form, shape) => {
  await using bench = await startBench();
  const id = await signIn(bench);
  expect(await bench.app.handlers["signIns.copy"]({ id, form })).toMatchObject({
    value: { clearsInMs: 30_000 },
  });
  expect(bench.clipboard.text).toMatch(shape);
});
