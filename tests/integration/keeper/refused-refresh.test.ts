/**
 * A refused refresh with a valid access token: the window asks for a sign-in, and tools work until the token expires.
 */
import { expect, test } from "vitest";
import type { SignInRecord } from "../../../core/accounts/records.ts";
import type { HttpOutcome, HttpRequest } from "../../../core/ports.ts";
import { signIn, startBench, until, view, type Bench } from "../../support/host.ts";
import { HOUR_MS, IDS, World } from "./support/keeper-world.ts";
import { connectTool, parseConnection } from "../../support/socket-client.mjs";

const LIFE_SEC = 14_124;
async function bot(bench: Bench) {
  await bench.app.handlers["tools.create"]({ name: "bot" });
  return connectTool(parseConnection(bench.clipboard.text));
}
const toldTo = async (tool: Awaited<ReturnType<typeof bot>>) => {
  const { accounts } = (await tool.ask("accounts.list")) as {
    accounts: { status: string; sign_ins: { status: string }[] }[];
  };
  return [accounts[0]?.status, accounts[0]?.sign_ins[0]?.status];
};
async function refused(bench: Bench): Promise<string> {
  const id = await signIn(bench);
  await bench.fault({ kind: "400_refresh" });
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({
    failure: { code: "refresh_token_rejected" },
  });
  return id;
}
const copy = (bench: Bench, id: string) => bench.app.handlers["signIns.copy"]({ id, form: "token" });

test("the valid token is copied, handed out and validated, also after a restart; the window asks for a sign-in", async () => {
  await using bench = await startBench();
  const id = await refused(bench);
  for (const restarted of [false, true]) {
    if (restarted) await bench.restart();
    expect(view(bench.app, id)).toMatchObject({
      status: "needs_sign_in",
      hasToken: true,
      reason: { code: "refresh_token_rejected" },
    });
    expect(await copy(bench, id)).toMatchObject({ ok: true });
    expect(bench.clipboard.text).toMatch(/^[a-z0-9]{30}$/);
    expect(await bench.app.handlers["signIns.validate"](id)).toMatchObject({ ok: true });
    const tool = await bot(bench);
    await expect.poll(() => toldTo(tool)).toEqual(["ends_soon", "ends_soon"]);
    expect(await tool.ask("token.get")).toHaveProperty("access_token");
    expect(await tool.ask("token.get", { min_valid: 600 })).toHaveProperty("access_token");
    // Three quarters of its lifetime are left, and no token lasts longer.
    expect(await tool.ask("token.get", { min_valid: 86_400 })).toHaveProperty("access_token");
    tool.close();
  }
  // No request sends the refresh token again.
  expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({
    failure: { code: "needs_sign_in" },
  });
  expect((await bench.seen()).filter(({ grant_type }) => grant_type === "refresh_token")).toHaveLength(1);
});

test("a token that the provider rejects before its expiry is no longer handed out", async () => {
  await using bench = await startBench();
  const id = await refused(bench);
  const tool = await bot(bench);
  await bench.admin("end-access", { user_id: "700000001" });
  expect(await bench.app.handlers["signIns.validate"](id)).toMatchObject({ ok: false });
  expect(view(bench.app, id)).toMatchObject({ status: "needs_sign_in", hasToken: false });
  expect(await copy(bench, id)).toMatchObject({ ok: false });
  await expect.poll(() => toldTo(tool)).toEqual(["needs_sign_in", "needs_sign_in"]);
  await expect(tool.ask("token.get")).rejects.toMatchObject({ code: "needs_sign_in" });
  tool.close();
});

test("a token of another user is not handed out, even before its expiry", async () => {
  await using bench = await startBench();
  const id = await refused(bench);
  await bench.fault({ kind: "other_user", path: "/oauth2/validate", after: true });
  await bench.app.handlers["signIns.validate"](id);
  expect(view(bench.app, id)).toMatchObject({ status: "needs_sign_in", hasToken: false });
  expect(await copy(bench, id)).toMatchObject({ ok: false });
});

test("tools are notified at once when the token expires, without any other event", async () => {
  await using bench = await startBench();
  // The socket's thread uses the real clock, so the app's clock starts in the past and reaches the present.
  await bench.pass(5 - LIFE_SEC);
  const id = await signIn(bench);
  await bench.fault({ kind: "400_refresh", times: 10 });
  const tool = await bot(bench);
  await bench.advance(LIFE_SEC - 5);
  await until(() => view(bench.app, id)?.status === "needs_sign_in", "the refusal");
  await expect.poll(() => toldTo(tool)).toEqual(["ends_soon", "ends_soon"]);
  expect(await tool.ask("token.get")).toHaveProperty("access_token");
  await until(() => view(bench.app, id)?.validating === false, "the check");
  const before = (await bench.seen()).length;
  await expect.poll(() => toldTo(tool), { timeout: 20_000 }).toEqual(["needs_sign_in", "needs_sign_in"]);
  expect(await bench.seen()).toHaveLength(before);
  expect(view(bench.app, id)).toMatchObject({ status: "needs_sign_in", hasToken: false });
  await expect(tool.ask("token.get")).rejects.toMatchObject({ code: "needs_sign_in" });
  tool.close();
});

const [, SAFE] = IDS;
async function quiet(): Promise<World> {
  const world = new World();
  await world.settle();
  for (let round = 0; round < 3; round += 1) await world.answerAll();
  return world;
}
const stored = ({ disk }: World, id: string) => disk.get(id) as SignInRecord;

/** Answers of a provider that rejects the client secret. */
function refuseClient(world: World) {
  const tries: number[] = [];
  let refuses = true;
  world.spoil = (outcome: HttpOutcome, { method, body = "" }: HttpRequest): HttpOutcome => {
    if (method !== "POST" || !body.includes(SAFE)) return outcome;
    tries.push(world.wallMs);
    return refuses
      ? { kind: "answered", status: 403, body: '{"status":403,"message":"invalid client secret"}' }
      : outcome;
  };
  return { tries, setRight: () => void (refuses = false) };
}
async function minutes(world: World, count: number, each: () => void = () => undefined): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    each();
    for (let round = 0; round < 4; round += 1) await world.answerAll();
    await world.pass(60_000);
  }
}

test("the keeper retries a client error once an hour; no request, bulk action or restart retries it earlier", async () => {
  const world = await quiet();
  const { tries, setRight } = refuseClient(world);
  void world.keeper.refresh(SAFE);
  await minutes(world, 1);
  const { state } = stored(world, SAFE);
  expect(state).toMatchObject({ name: "config_error", why: "client_secret_rejected" });
  await minutes(world, 300, () => {
    void world.keeper.tokenFor(SAFE, 86_400_000, false, "tool");
    void world.keeper.refresh(SAFE, "bulk");
    if (world.wallMs % 600_000 < 60_000) world.boot();
  });
  expect(tries.length).toBeGreaterThanOrEqual(4);
  for (const [nth, atMs] of tries.entries())
    expect(atMs - (tries[nth - 1] ?? -Infinity)).toBeGreaterThanOrEqual(HOUR_MS);
  // The retries do not change when the error began.
  expect(stored(world, SAFE).state).toMatchObject({
    name: "config_error",
    sinceMs: "sinceMs" in state && state.sinceMs,
  });
  const before = tries.length;
  void world.keeper.refresh(SAFE); // the user retries
  await minutes(world, 1);
  expect(tries).toHaveLength(before + 1);
  setRight();
  await minutes(world, 61);
  expect(stored(world, SAFE).state.name).toBe("signed_in");
});

test("a repeated client error is not reported again, and an outage in between does not end it", async () => {
  const world = await quiet();
  const { tries } = refuseClient(world);
  void world.keeper.refresh(SAFE);
  await minutes(world, 1);
  const spoil = world.spoil;
  world.spoil = (outcome, request) =>
    request.method === "POST" && (request.body ?? "").includes(SAFE)
      ? { kind: "answered", status: 503, body: '{"status":503,"message":"later"}' }
      : outcome;
  await minutes(world, 70);
  expect(stored(world, SAFE).state).toMatchObject({ name: "config_error", why: "client_secret_rejected" });
  world.spoil = spoil;
  const before = tries.length;
  await minutes(world, 20);
  expect(tries.length).toBe(before + 1); // a retry was due, and the outage tells nothing about the client
});

test.each([
  ["the provider hangs past its end", 50_000, "not sent"],
  ["the answer is lost after its end", 50_000, "lost before"],
] as const)("the remaining lifetime counts from the end of the wait: %s", async (_name, waitMs, end) => {
  const world = await quiet();
  world.wallMs += 4 * HOUR_MS - 40_000;
  world.monotonicMs += 4 * HOUR_MS - 40_000;
  const ask = async (hangsMs: number) => {
    const answering = world.keeper.tokenFor(SAFE, 60_000, true, "tool");
    for (let round = 0; round < 4; round += 1) {
      await world.settle();
      for (const one of world.writes.splice(0)) one.end("done");
    }
    world.wallMs += hangsMs;
    world.monotonicMs += hangsMs;
    for (let round = 0; round < 4; round += 1) {
      for (const one of world.requests.splice(0)) one.end(end);
      await world.settle();
      for (const one of world.writes.splice(0)) one.end("done");
    }
    return answering;
  };
  expect(await ask(1_000)).toMatchObject({ ok: true });
  world.keeper.watches.of(SAFE).nextTryAtMs = undefined;
  expect(await ask(waitMs)).toMatchObject({ failure: { code: "provider_unreachable" } });
});
