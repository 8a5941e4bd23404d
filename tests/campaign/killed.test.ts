/**
 * kill -9 at random during hundreds of refreshes, against two authorization servers. What may be lost is what was
 * killed between the provider's rotation and our disk, and nothing else; each loss is said after the restart.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { oidcJudge, sandboxJudge, type Seed } from "../support/judges.ts";
import { startKeeperChild, type Row } from "../support/keeper-child.ts";
import { signInRecords } from "../support/sign-ins.ts";
import { createLuck, LONG, report, SEED } from "./campaign.ts";

const SIGN_INS = 20;
const REFRESHES = LONG ? 200 : 40;
/** Refreshes that a kill interrupts at once. */
const AT_ONCE = 5;

test.each([
  { judging: sandboxJudge, name: "sandbox" },
  { judging: oidcJudge, name: "oidc-provider" },
])(
  "killed at random, against $name: only a rotation that did not reach the disk is lost, and it is said",
  async ({ judging, name }) => {
    const luck = createLuck(SEED);
    await using judge = await judging();
    await using proxy = await startFaultProxy(judge.origin);
    const folder = await mkdtemp("/tmp/tk-campaign-");
    const options = {
      folder,
      keychain: randomBytes(32).toString("hex"),
      provider: {
        origin: proxy.origin,
        dialect: judge.dialect,
        confidentialRefreshReuse: judge.confidentialRefreshReuse,
      },
    };
    let child = await startKeeperChild(options);
    await child.start();
    const seeds = new Map<string, { readonly seed: Seed; readonly client: string }>();
    const signInAgain = async (id: string): Promise<void> => {
      const { seed, client } = seeds.get(id) ?? { seed: judge.seeds[0] as Seed, client: "" };
      const { signIn } = await signInRecords(judge, seed, "700000001", proxy.origin);
      await child.put({ ...signIn, id, client });
    };
    for (let index = 0; index < SIGN_INS; index += 1) {
      const seed = judge.seeds[index % judge.seeds.length] as Seed;
      const { client, signIn } = await signInRecords(judge, seed, "700000001", proxy.origin);
      await child.put(client);
      await child.put(signIn);
      seeds.set(signIn.id, { seed, client: client.id });
    }
    const ids = [...seeds.keys()];
    const seen = { kills: 0, untouched: 0, renewed: 0, lost: 0, cannotBeTold: 0 };
    let before = new Map((await child.look()).rows.map((row) => [row.id, row]));

    /** Where a sign-in stands after the kill, and whether that is one of the places where it may stand. */
    function judgeRow(row: Row): void {
      const { refreshReuse } = seeds.get(row.id)?.seed ?? {};
      const spent = row.refresh !== null && proxy.isSpent(row.refresh);
      if (row.state === "refresh_ambiguous") {
        expect(refreshReuse).toBe("one_time");
        expect(row.access).not.toBeNull(); // it goes on until its access token ends
        if (spent) seen.lost += 1;
        else seen.cannotBeTold += 1; // killed between the intent and the provider's work
      } else {
        expect(row.state).toBe("signed_in");
        expect(spent, "a spent token is on disk, and nothing says so").toBe(false);
        if (before.get(row.id)?.access === row.access) seen.untouched += 1;
        else seen.renewed += 1;
      }
    }

    try {
      let latestKillMs = 100;
      while (proxy.refreshes < REFRESHES) {
        const chosen = [...ids].sort(() => luck(2) - 0.5).slice(0, AT_ONCE);
        const reachedBefore = proxy.refreshes;
        const refreshing = chosen.map((id) => child.refresh(id));
        await new Promise((resolve) => setTimeout(resolve, luck(latestKillMs)));
        await child.kill();
        seen.kills += 1;
        const ends = await Promise.all(refreshing);
        await proxy.rest(); // what was on its way still reaches the provider
        // Kills fall anywhere from before the first intent to after the last answer, however long these take here.
        if (proxy.refreshes === reachedBefore) latestKillMs *= 1.2;
        else if (ends.every((end) => end === "ok")) latestKillMs *= 0.9;
        child = await startKeeperChild(options);
        await child.start();
        const after = await child.look();
        expect(after.unreadable).toBe(0);
        expect(after.rows).toHaveLength(SIGN_INS);
        for (const row of after.rows) if (chosen.includes(row.id)) judgeRow(row);
        for (const { id, state } of after.rows) if (state === "refresh_ambiguous") await signInAgain(id);
        before = new Map((await child.look()).rows.map((row) => [row.id, row]));
      }
      // Whatever was done to them, all twenty work.
      expect(await Promise.all(ids.map((id) => child.refresh(id)))).toEqual(ids.map(() => "ok"));
      await child.stop();
      expect(
        (await readdir(path.join(folder, "vault/records"))).filter((file) => file.includes("tmp")),
      ).toEqual([]);
      expect([proxy.spentAgain, judge.reuses()]).toEqual([0, 0]);
      report({
        part: "kill -9",
        case: name,
        refreshes: proxy.refreshes,
        ...seen,
        "spent tokens sent again": judge.reuses() + proxy.spentAgain,
      });
    } finally {
      await child.kill();
      await rm(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
