/**
 * Every point at which a refresh can be interrupted, with the outcome that ADR 0004 gives it; against the sandbox and
 * against oidc-provider, for tokens that are good once and tokens that are not. The process is really killed, the disk
 * really full. After each: no spent token was sent again, as the servers count.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FaultProxy, ProxyFault } from "../../support/fault-proxy.ts";
import { oidcJudge, sandboxJudge, type Judge, type Seed } from "../../support/judges.ts";
import { startJudgedKeeper, type JudgedKeeper } from "../../support/judged-keeper.ts";
import type { CrashPoint, KeeperChild } from "../../support/keeper-child.ts";

interface Scene extends JudgedKeeper {
  readonly id: string;
}

/** A keeper with one sign-in. */
async function scene(judge: Judge, seed: Seed, folder: string): Promise<Scene> {
  const keeper = await startJudgedKeeper(judge, folder);
  const { id } = await keeper.signIn(seed);
  return { ...keeper, id };
}
const rowOf = async (child: KeeperChild, id: string) =>
  (await child.look()).rows.find((row) => row.id === id);

/** What becomes of it: as if nothing had been, renewed in any case, or good until its access token ends. */
type After = "untouched" | "renewed" | "ambiguous";
const CRASHES: readonly {
  readonly at: CrashPoint;
  readonly one_time: After;
  readonly safe: After;
  readonly sent: number;
}[] = [
  { at: "before the intent is durable", one_time: "untouched", safe: "untouched", sent: 0 },
  { at: "after intent, before send", one_time: "ambiguous", safe: "untouched", sent: 0 },
  { at: "answer in memory", one_time: "ambiguous", safe: "untouched", sent: 1 },
  { at: "after the temporary file is synced", one_time: "renewed", safe: "renewed", sent: 1 },
  { at: "after rename", one_time: "renewed", safe: "renewed", sent: 1 },
  { at: "after the folder is synced", one_time: "renewed", safe: "renewed", sent: 1 },
];
const FAULTS: readonly { readonly fault: ProxyFault; readonly code: string }[] = [
  { fault: "drop", code: "provider_unreachable" },
  { fault: "502", code: "provider_misbehaved" },
  { fault: "half", code: "provider_unreachable" },
];

describe.each([
  { judging: sandboxJudge, seed: 0, name: "sandbox, confidential: safe" },
  { judging: sandboxJudge, seed: 1, name: "sandbox, public: one-time" },
  { judging: oidcJudge, seed: 0, name: "oidc-provider, public: one-time" },
  { judging: oidcJudge, seed: 1, name: "oidc-provider, confidential: one-time" },
])("$name", ({ judging, seed: at }) => {
  let judge: Judge;
  let seed: Seed;
  let folder: string;
  beforeAll(async () => {
    judge = await judging();
    const found = judge.seeds[at];
    if (found === undefined) throw new Error("no such seed");
    seed = found;
    folder = await mkdtemp("/tmp/tk-crash-");
  });
  afterAll(async () => {
    await judge[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const place = () => mkdtemp(path.join(folder, "p-"));

  /** Whatever happened: the account goes on, or says what it needs, and no spent token was sent. */
  async function settles(child: KeeperChild, id: string, after: After, proxy: FaultProxy): Promise<void> {
    const before = await rowOf(child, id);
    expect(before?.state).toBe(after === "ambiguous" ? "refresh_ambiguous" : "signed_in");
    expect(before?.access).not.toBeNull();
    expect(await child.refresh(id)).toBe(after === "ambiguous" ? "refresh_ambiguous" : "ok");
    expect([proxy.spentAgain, judge.reuses()]).toEqual([0, 0]);
  }

  test.each(CRASHES)("killed $at", async ({ at: point, sent, ...outcomes }) => {
    await using stage = await scene(judge, seed, await place());
    const { id, proxy } = stage;
    const first = (await rowOf(stage.child(), id))?.access;
    await stage.child().crash(point);
    expect(await stage.child().refresh(id)).toBe("died");
    expect(proxy.refreshes).toBe(sent);
    const child = await stage.restart();
    const after = outcomes[seed.refreshReuse];
    const row = await rowOf(child, id);
    expect(row?.access === first).toBe(after !== "renewed");
    await settles(child, id, after, proxy);
  });

  test("killed while the answer is on its way", async () => {
    await using stage = await scene(judge, seed, await place());
    stage.proxy.fault("hold");
    const acted = stage.proxy.acted();
    const refreshing = stage.child().refresh(stage.id);
    await acted;
    const child = await stage.restart();
    expect(await refreshing).toBe("died");
    stage.proxy.release();
    await settles(child, stage.id, seed.refreshReuse === "safe" ? "untouched" : "ambiguous", stage.proxy);
  });

  test.each(FAULTS)("the provider acted, and the answer was lost: $fault", async ({ fault, code }) => {
    await using stage = await scene(judge, seed, await place());
    stage.proxy.fault(fault);
    const safe = seed.refreshReuse === "safe";
    expect(await stage.child().refresh(stage.id)).toBe(safe ? code : "refresh_ambiguous");
    await settles(stage.child(), stage.id, safe ? "untouched" : "ambiguous", stage.proxy);
    await settles(await stage.restart(), stage.id, safe ? "untouched" : "ambiguous", stage.proxy);
  });

  test("the request was lost before the provider saw it: for a one-time token that cannot be told apart", async () => {
    await using stage = await scene(judge, seed, await place());
    stage.proxy.fault("drop before");
    const safe = seed.refreshReuse === "safe";
    expect(await stage.child().refresh(stage.id)).toBe(safe ? "provider_unreachable" : "refresh_ambiguous");
    await settles(stage.child(), stage.id, safe ? "untouched" : "ambiguous", stage.proxy);
  });

  describe.skipIf(process.getuid?.() !== 0)("on a small disk of its own", () => {
    const disk = async (run: (mount: string) => Promise<void>): Promise<void> => {
      const mount = await place();
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", mount]);
      try {
        await run(mount);
      } finally {
        execFileSync("umount", ["-l", mount]);
      }
    };
    /** Leaves `left` bytes. */
    async function fill(mount: string, left: number): Promise<void> {
      const { bavail, bsize } = await statfs(mount);
      await writeFile(path.join(mount, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - left)));
    }
    const empty = (mount: string) => rm(path.join(mount, "filler"), { force: true });

    // From nothing at all to room for a part of a record, which a careless writer would take for the whole.
    test.each([0, 4096, 8192])("the intent cannot be written, %i bytes left: nothing is sent", (left) =>
      disk(async (mount) => {
        await using stage = await scene(judge, seed, mount);
        const { id, proxy } = stage;
        await fill(mount, left);
        expect(await stage.child().refresh(id)).toBe("storage_failing");
        expect(await rowOf(stage.child(), id)).toMatchObject({
          state: "signed_in",
          condition: "storage_failing",
        });
        expect(proxy.refreshes).toBe(0);
        await empty(mount);
        await settles(await stage.restart(), id, "untouched", proxy);
      }),
    );

    test("the answer cannot be written: it counts all the same, and is written when there is room", () =>
      disk(async (mount) => {
        await using stage = await scene(judge, seed, mount);
        const { id, proxy } = stage;
        const first = (await rowOf(stage.child(), id))?.access;
        proxy.fault("hold");
        const acted = proxy.acted();
        const refreshing = stage.child().refresh(id);
        await acted;
        await fill(mount, 4096);
        proxy.release();
        expect(await refreshing).toBe("ok"); // handed out from memory
        const row = await rowOf(stage.child(), id);
        expect(row).toMatchObject({ unsaved: true, condition: "storage_failing" });
        expect(row?.access).not.toBe(first);
        expect(await stage.child().refresh(id)).toBe("storage_failing"); // nothing more is spent
        expect(proxy.refreshes).toBe(1);
        await empty(mount);
        expect(await stage.child().refresh(id)).toBe("ok");
        expect(await rowOf(stage.child(), id)).toMatchObject({ unsaved: false, access: row?.access });
        await settles(await stage.restart(), id, "renewed", proxy);
      }));
  });
});
