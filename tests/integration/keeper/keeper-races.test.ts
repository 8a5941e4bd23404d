/** Two events at the same moment, step by step: the test controls disk, network and clocks. */
import { expect, test } from "vitest";
import type { SignInRecord, TombstoneRecord } from "../../../core/accounts/records.ts";
import type { HttpOutcome } from "../../../core/ports.ts";
import { sandboxAt } from "../../../core/providers/sandbox.ts";
import { Secret } from "../../../core/secret.ts";
import { HOUR_MS, IDS, World } from "./support/keeper-world.ts";

const [ONE_TIME, SAFE] = IDS;

/** A world in which the validations at the start have been answered. */
async function quiet(world = new World()): Promise<World> {
  await world.settle();
  for (let round = 0; round < 3; round += 1) await world.answerAll();
  return world;
}
const stored = ({ disk }: World, id: string) => disk.get(id) as SignInRecord;
const withBody = (outcome: HttpOutcome, more: object): HttpOutcome =>
  outcome.kind === "answered" && outcome.status === 200
    ? { ...outcome, body: JSON.stringify({ ...(JSON.parse(outcome.body) as object), ...more }) }
    : outcome;
async function write(world: World, end: "done" | "full"): Promise<void> {
  for (const one of world.writes.splice(0)) one.end(end);
  await world.settle();
}
async function answer(world: World): Promise<void> {
  for (const one of world.requests.splice(0)) one.end("answer");
  await world.settle();
}
/** A record after a crash: the intent is on disk, and the server has acted. */
function interrupt(world: World, id: string): void {
  const record = stored(world, id);
  world.spent.add(record.refresh_token?.reveal() ?? "");
  world.disk.set(id, { ...record, state: { name: "refreshing", sinceMs: 1 } });
}

test("after two interrupted refreshes, a request during the recovery of the first does not send the second token", async () => {
  const world = new World([SAFE, ONE_TIME]);
  for (const id of IDS) interrupt(world, id);
  world.boot();
  void world.keeper.refresh(ONE_TIME);
  await world.settle();
  for (let round = 0; round < 8; round += 1) await world.answerAll();
  expect(world.broken).toEqual([]);
  expect(stored(world, ONE_TIME).state.name).toBe("refresh_ambiguous");
});

test("a start after a lock has no effect, and a start after the unlock has", async () => {
  const world = await quiet();
  await world.keeper.pause();
  world.locked = true;
  await world.keeper.start();
  world.locked = false;
  void world.keeper.start();
  await world.settle();
  expect(world.requests.length).toBeGreaterThan(0);
});

test("a suspend during the probe prevents the refresh", async () => {
  const world = await quiet();
  void world.keeper.refresh(ONE_TIME);
  await world.settle();
  world.keeper.suspend();
  await answer(world);
  await write(world, "done");
  expect(world.requests.filter(({ token }) => token !== "")).toEqual([]);
});

test("a token of another user is not handed out, even if the disk refuses the new state", async () => {
  const world = new World();
  world.spoil = (outcome, { method }) =>
    method === "GET" ? withBody(outcome, { user_id: "else" }) : outcome;
  await world.settle();
  await answer(world);
  await write(world, "full");
  expect(await world.keeper.tokenFor(ONE_TIME, 60_000, true)).toMatchObject({ ok: false });
  await world.pass(60_000);
  await write(world, "done");
  expect(stored(world, ONE_TIME).state).toMatchObject({ name: "needs_sign_in", why: "identity_mismatch" });
});

test("a validation result is kept when the disk takes the tokens later", async () => {
  const world = await quiet();
  void world.keeper.refresh(SAFE);
  await world.settle();
  await write(world, "done"); // the intent
  await answer(world);
  await write(world, "full"); // the tokens
  world.spoil = (outcome, { method }) =>
    method === "GET" ? withBody(outcome, { user_id: "else" }) : outcome;
  void world.keeper.validate(SAFE);
  await world.settle();
  await answer(world);
  await write(world, "done");
  for (let second = 0; second < 40; second += 1) {
    await world.pass(1_000);
    await write(world, "done");
  }
  expect(stored(world, SAFE).state.name).toBe("needs_sign_in");
  expect(world.keeper.watches.of(SAFE).unsaved).toBeUndefined();
});

test("expires_in 0 means an unknown expiry, and a very short lifetime does not cause refreshes without pause", async () => {
  for (const expires_in of [0, 1]) {
    const world = await quiet();
    let posts = 0;
    world.spoil = (outcome, { method }) => {
      if (method === "POST") posts += 1;
      return method === "POST" ? withBody(outcome, { expires_in }) : outcome;
    };
    void world.keeper.refresh(SAFE);
    for (let tenth = 0; tenth < 600; tenth += 1) {
      await world.answerAll();
      await world.pass(100);
    }
    expect(posts).toBeLessThanOrEqual(expires_in === 0 ? 1 : 4);
  }
});

test("Retry-After is respected by the probe and after a resume", async () => {
  const world = await quiet();
  world.spoil = () => ({ kind: "answered", status: 429, body: "", retryAfterMs: 600_000 });
  void world.keeper.refresh(ONE_TIME);
  await world.settle();
  await answer(world);
  const watch = world.keeper.watches.of(ONE_TIME);
  expect(watch).toMatchObject({ reason: { code: "provider_busy" }, nextTryAtMs: world.wallMs + 600_000 });
  void world.keeper.validate(SAFE);
  await world.settle();
  await answer(world);
  world.keeper.resume();
  await world.settle();
  expect(world.requests).toEqual([]);
  await world.pass(601_000);
  expect(world.requests.length).toBeGreaterThan(0);
});

test("with forty seconds left and the provider unreachable, a request for less gets the token", async () => {
  const world = await quiet();
  world.wallMs += 4 * HOUR_MS - 40_000;
  world.monotonicMs += 4 * HOUR_MS - 40_000;
  const request = async (acceptShorter: boolean) => {
    const answering = world.keeper.tokenFor(SAFE, 60_000, acceptShorter);
    for (let round = 0; round < 4; round += 1) {
      await world.settle();
      await write(world, "done");
      for (const one of world.requests.splice(0)) one.end("not sent");
    }
    return answering;
  };
  expect(await request(true)).toMatchObject({ ok: true });
  expect(await request(false)).toMatchObject({ failure: { code: "provider_unreachable" } });
});

test("a lock does not wait for the revocations of removed sign-ins", async () => {
  const world = await quiet();
  for (let index = 0; index < 20; index += 1) {
    const id = `00000000-0000-4000-8000-0000000001${String(index).padStart(2, "0")}`;
    const { provider, pinned, client_id } = stored(world, SAFE);
    const access_token = new Secret(`removed-${id}`);
    const tombstone: TombstoneRecord = { kind: "tombstone", id, generation: 1, provider, pinned, client_id, access_token, createdAtMs: world.wallMs }; // prettier-ignore
    world.disk.set(id, tombstone);
  }
  world.boot();
  await world.settle();
  for (let round = 0; round < 3; round += 1) await world.answerAll();
  await world.pass(HOUR_MS);
  const revocations = () => world.requests.filter(({ request }) => request.url.endsWith("/revoke")).length;
  expect(revocations()).toBe(1);
  for (const one of world.requests.splice(0)) if (!one.request.url.endsWith("/revoke")) one.end("answer");
  await world.settle();
  let paused = false;
  void world.keeper.pause().then(() => (paused = true));
  for (let round = 0; round < 10 && !paused; round += 1) await world.answerAll();
  expect([paused, revocations()]).toEqual([true, 0]);
});

/** A world with many sign-ins, which the server knows by their tokens. */
function crowd(size: number): World {
  const world = new World(Array.from({ length: size }, (_, nth) => `${SAFE}${String(nth).padStart(3, "0")}`));
  const ofToken = (name: string) => /^Bearer access-(.*)-\d+$|^OAuth access-(.*)-\d+$/.exec(name);
  world.spoil = (outcome, { headers }) => {
    const [, bearer, oauth] = ofToken(headers["authorization"] ?? "") ?? [];
    const user_id = bearer ?? oauth;
    return user_id === undefined ? outcome : withBody(outcome, { user_id, login: user_id });
  };
  return world;
}
/** Answers all requests for this long, or until `isOver`, and counts them. */
async function answerFor(world: World, ms: number, isOver: () => boolean = () => false): Promise<number> {
  let requests = 0;
  for (let passedMs = 0; passedMs < ms && !isOver(); passedMs += 50) {
    requests += world.requests.length;
    await world.answerAll();
    await world.pass(50);
  }
  return requests;
}
const unchecked = ({ keeper }: World, sinceMs: number) =>
  keeper.watches.all().filter(({ id }) => (keeper.watches.of(id).validatedAtMs ?? 0) < sinceMs).length;

test("validateAll with many sign-ins resolves when the last one was validated, and not earlier", async () => {
  const world = crowd(45);
  await world.settle();
  await answerFor(world, 120_000);
  const since = world.wallMs;
  let resolved = false;
  void world.keeper.validateAll().then(() => (resolved = true));
  await world.settle();
  const requests = await answerFor(world, 60_000, () => resolved);
  expect(resolved).toBe(true);
  expect(requests).toBe(45);
  expect(unchecked(world, since)).toBe(0);
  expect(world.wallMs - since).toBeGreaterThan(24 * 200); // the requests after the first twenty or so leave at the limited rate
  expect(world.broken).toEqual([]);
});

test.each<[string, (world: World) => void]>([
  ["some sign-ins are removed", (world) => world.keeper.watches.all().forEach(({ id }) => world.forget(id))],
  ["the vault is locked", (world) => void world.run({ do: "lock" })],
  [
    "one is validated by hand",
    (world) => void world.keeper.validate(world.keeper.watches.all().at(-1)?.id ?? ""),
  ],
  ["validateAll is called a second time", (world) => void world.keeper.validateAll()],
  [
    "the machine sleeps for a night",
    (world) => {
      world.keeper.suspend();
      world.wallMs += 8 * HOUR_MS;
      world.monotonicMs += 8 * HOUR_MS;
      world.keeper.resume();
    },
  ],
])("validateAll resolves when %s meanwhile", async (_what, meanwhile) => {
  const world = crowd(40);
  await world.settle();
  await answerFor(world, 120_000);
  let resolved = false;
  void world.keeper.validateAll().then(() => (resolved = true));
  await answerFor(world, 200);
  expect(resolved).toBe(false);
  meanwhile(world);
  await answerFor(world, 120_000, () => resolved);
  expect(resolved).toBe(true);
});

test("validateAll does not wait for a sign-in whose server asked to wait, nor for one without a token", async () => {
  const world = await quiet();
  const record = stored(world, ONE_TIME);
  world.disk.set(ONE_TIME, {
    ...record,
    state: { name: "needs_sign_in", sinceMs: 1, why: "access_token_rejected" },
  });
  world.boot();
  await world.settle();
  await world.answerAll();
  world.keeper.watches.of(SAFE).askedToWaitUntilMs = world.wallMs + HOUR_MS;
  let resolved = false;
  void world.keeper.validateAll().then(() => (resolved = true));
  await world.settle();
  expect(resolved).toBe(true);
});

test.each(["removed", "moved to another address"] as const)(
  "a provider that is %s during a request: the account shows it at once",
  async (what) => {
    for (const work of ["validate", "refresh"] as const)
      for (const id of IDS) {
        const world = await quiet();
        void world.keeper[work](id);
        await world.settle();
        if (work === "refresh") await write(world, "done");
        expect(world.requests.length).toBeGreaterThan(0);
        if (what === "removed") world.providers.forget("judge");
        else world.providers.define({ ...sandboxAt("http://localhost:2"), id: "judge" });
        world.keeper.providerChanged("judge");
        for (let round = 0; round < 6; round += 1) {
          await world.answerAll();
          await world.pass(60);
        }
        expect(world.keeper.watches.of(id).reason?.code, `${work} ${id}`).toBe(
          what === "removed" ? "provider_unknown" : "provider_changed",
        );
      }
  },
);
