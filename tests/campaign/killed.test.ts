/**
 * kill -9 at random during hundreds of refreshes, against two authorization servers. A refresh token is lost only where
 * the kill falls between the provider's rotation and the keeper's disk, and the record says so after the restart.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { FaultProxy } from "../support/fault-proxy.ts";
import { startJudgedKeeper, type JudgedKeeper, type SignedIn } from "../support/judged-keeper.ts";
import { oidcJudge, sandboxJudge, type Judge, type Seed } from "../support/judges.ts";
import type { Row } from "../support/keeper-child.ts";
import { createLuck, LONG, report, SEED } from "./campaign.ts";

const SIGN_INS = 20;
const REFRESHES = LONG ? 200 : 40;
/** Refreshes under way at each kill. */
const AT_ONCE = 5;

type Luck = ReturnType<typeof createLuck>;
interface Tally {
  kills: number;
  untouched: number;
  renewed: number;
  lost: number;
  cannotBeTold: number;
}

async function signInAll(keeper: JudgedKeeper, judge: Judge): Promise<ReadonlyMap<string, SignedIn>> {
  const signIns = new Map<string, SignedIn>();
  for (let index = 0; index < SIGN_INS; index += 1) {
    const signIn = await keeper.signIn(judge.seeds[index % judge.seeds.length] as Seed);
    signIns.set(signIn.id, signIn);
  }
  return signIns;
}

/** Counts the states of sign-ins after the kill, and fails for a state that must not occur. */
function judgeRow(
  { row, before, seed }: { row: Row; before: Row | undefined; seed: Seed | undefined },
  proxy: FaultProxy,
  tally: Tally,
): void {
  const spent = row.refresh !== null && proxy.isSpent(row.refresh);
  if (row.state === "refresh_ambiguous") {
    expect(seed?.refreshReuse).toBe("one_time");
    expect(row.access).not.toBeNull(); // the access token stays usable until it ends
    if (spent) tally.lost += 1;
    else tally.cannotBeTold += 1; // killed after the intent and before the provider's rotation
  } else {
    expect(row.state).toBe("signed_in");
    expect(spent, "a spent token is on disk, and the record does not say so").toBe(false);
    if (before?.access === row.access) tally.untouched += 1;
    else tally.renewed += 1;
  }
}

/** Starts a few refreshes at once and kills the keeper meanwhile, until the provider has counted `REFRESHES`. */
async function killWhileRefreshing(
  keeper: JudgedKeeper,
  signIns: ReadonlyMap<string, SignedIn>,
  luck: Luck,
): Promise<Tally> {
  const { proxy } = keeper;
  const tally = { kills: 0, untouched: 0, renewed: 0, lost: 0, cannotBeTold: 0 };
  const rowsById = async () => new Map((await keeper.child().look()).rows.map((row) => [row.id, row]));
  let before = await rowsById();
  let latestKillMs = 100;
  while (proxy.refreshes < REFRESHES) {
    const chosen = [...signIns.keys()].sort(() => luck(2) - 0.5).slice(0, AT_ONCE);
    const refreshesBefore = proxy.refreshes;
    const child = keeper.child();
    const refreshing = chosen.map((id) => child.refresh(id));
    await new Promise((resolve) => setTimeout(resolve, luck(latestKillMs)));
    await child.kill();
    tally.kills += 1;
    const ends = await Promise.all(refreshing);
    await proxy.rest(); // requests on their way still reach the provider
    // Kills fall anywhere from before the first intent to after the last answer, however long these take on this computer.
    if (proxy.refreshes === refreshesBefore) latestKillMs *= 1.2;
    else if (ends.every((end) => end === "ok")) latestKillMs *= 0.9;
    const after = await (await keeper.restart()).look();
    expect(after.unreadable).toBe(0);
    expect(after.rows).toHaveLength(SIGN_INS);
    for (const row of after.rows) {
      const signIn = signIns.get(row.id);
      if (chosen.includes(row.id))
        judgeRow({ row, before: before.get(row.id), seed: signIn?.seed }, proxy, tally);
      if (row.state === "refresh_ambiguous" && signIn !== undefined) await keeper.signInAgain(signIn);
    }
    before = await rowsById();
  }
  return tally;
}

test.each([
  { judging: sandboxJudge, name: "sandbox" },
  { judging: oidcJudge, name: "oidc-provider" },
])(
  "a keeper killed at random, against $name, loses only rotations that did not reach its disk, and reports each",
  async ({ judging, name }) => {
    await using judge = await judging();
    const folder = await mkdtemp("/tmp/tk-campaign-");
    try {
      await using keeper = await startJudgedKeeper(judge, folder);
      const { proxy } = keeper;
      const signIns = await signInAll(keeper, judge);
      const tally = await killWhileRefreshing(keeper, signIns, createLuck(SEED));
      const child = keeper.child();
      const ids = [...signIns.keys()];
      // After all kills every sign-in still refreshes.
      expect(await Promise.all(ids.map((id) => child.refresh(id)))).toEqual(ids.map(() => "ok"));
      await child.stop();
      const left = await readdir(path.join(folder, "vault/records"));
      expect(left.filter((file) => file.includes("tmp"))).toEqual([]);
      expect([proxy.spentAgain, judge.reuses()]).toEqual([0, 0]);
      report({
        part: "kill -9",
        case: name,
        refreshes: proxy.refreshes,
        ...tally,
        "spent tokens sent again": judge.reuses() + proxy.spentAgain,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
