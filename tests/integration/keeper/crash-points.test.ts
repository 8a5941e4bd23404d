/**
 * Interrupts a refresh at every point and checks the outcome that ADR 0004 defines: against the sandbox and against
 * oidc-provider, with one-time and with reusable refresh tokens. The tests kill a real process and fill a real disk. The
 * servers count how often a spent token is sent again: never.
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFaultProxy, type FaultProxy, type ProxyFault } from "../../support/fault-proxy.ts";
import { oidcJudge, sandboxJudge, type Judge, type Seed } from "../../support/judges.ts";
import { startKeeperChild, type CrashPoint, type KeeperChild } from "../../support/keeper-child.ts";
import { signInRecords } from "../../support/sign-ins.ts";

interface Scene extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly id: string;
  /** The running keeper. */
  child(): KeeperChild;
  /** Kills the running keeper and starts another one over the same files. */
  again(): Promise<KeeperChild>;
}

async function scene(judge: Judge, seed: Seed, folder: string): Promise<Scene> {
  const proxy = await startFaultProxy(judge.origin);
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
  const { client, signIn } = await signInRecords(judge, seed, "700000001", proxy.origin);
  await child.put(client);
  await child.put(signIn);
  return {
    proxy,
    id: signIn.id,
    child: () => child,
    async again() {
      await child.kill();
      child = await startKeeperChild(options);
      await child.start();
      return child;
    },
    async [Symbol.asyncDispose]() {
      await child.kill();
      await proxy[Symbol.asyncDispose]();
    },
  };
}
const rowOf = async (child: KeeperChild, id: string) =>
  (await child.look()).rows.find((row) => row.id === id);

/** The sign-in after an interruption: unchanged, refreshed, or usable until its access token expires. */
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

  /** The account works or shows what it needs, and no spent token was sent. */
  async function expectRecovered(
    child: KeeperChild,
    id: string,
    after: After,
    proxy: FaultProxy,
  ): Promise<void> {
    const before = await rowOf(child, id);
    expect(before?.state).toBe(after === "ambiguous" ? "refresh_ambiguous" : "signed_in");
    expect(before?.access).not.toBeNull();
    expect(await child.refresh(id)).toBe(after === "ambiguous" ? "refresh_ambiguous" : "ok");
    expect([proxy.spentAgain, judge.reuses()]).toEqual([0, 0]);
  }

  test.each(CRASHES)("a kill $at", async ({ at: point, sent, ...outcomes }) => {
    await using stage = await scene(judge, seed, await place());
    const { id, proxy } = stage;
    const first = (await rowOf(stage.child(), id))?.access;
    await stage.child().crash(point);
    expect(await stage.child().refresh(id)).toBe("died");
    expect(proxy.refreshes).toBe(sent);
    const child = await stage.again();
    const after = outcomes[seed.refreshReuse];
    const row = await rowOf(child, id);
    expect(row?.access === first).toBe(after !== "renewed");
    await expectRecovered(child, id, after, proxy);
  });

  test("a kill while the answer is under way", async () => {
    await using stage = await scene(judge, seed, await place());
    stage.proxy.fault("hold");
    const acted = stage.proxy.acted();
    const refreshing = stage.child().refresh(stage.id);
    await acted;
    const child = await stage.again();
    expect(await refreshing).toBe("died");
    stage.proxy.release();
    await expectRecovered(
      child,
      stage.id,
      seed.refreshReuse === "safe" ? "untouched" : "ambiguous",
      stage.proxy,
    );
  });

  test.each(FAULTS)(
    "the provider has rotated the token, and its answer is lost: $fault",
    async ({ fault, code }) => {
      await using stage = await scene(judge, seed, await place());
      stage.proxy.fault(fault);
      const safe = seed.refreshReuse === "safe";
      expect(await stage.child().refresh(stage.id)).toBe(safe ? code : "refresh_ambiguous");
      await expectRecovered(stage.child(), stage.id, safe ? "untouched" : "ambiguous", stage.proxy);
      await expectRecovered(await stage.again(), stage.id, safe ? "untouched" : "ambiguous", stage.proxy);
    },
  );

  test("a request that is lost before the provider gets it counts as sent for a one-time token", async () => {
    await using stage = await scene(judge, seed, await place());
    stage.proxy.fault("drop before");
    const safe = seed.refreshReuse === "safe";
    expect(await stage.child().refresh(stage.id)).toBe(safe ? "provider_unreachable" : "refresh_ambiguous");
    await expectRecovered(stage.child(), stage.id, safe ? "untouched" : "ambiguous", stage.proxy);
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
    /** Fills the disk but for `left` bytes. */
    async function fill(mount: string, left: number): Promise<void> {
      const { bavail, bsize } = await statfs(mount);
      await writeFile(path.join(mount, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - left)));
    }
    const empty = (mount: string) => rm(path.join(mount, "filler"), { force: true });

    // With 4096 and 8192 bytes a part of a record fits, which a careless writer could take for the whole record.
    test.each([0, 4096, 8192])(
      "with %i bytes left the disk refuses the intent, and nothing is sent",
      (left) =>
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
          await expectRecovered(await stage.again(), id, "untouched", proxy);
        }),
    );

    test("an answer that the disk refuses is used from memory and written when there is room", () =>
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
        expect(await refreshing).toBe("ok"); // tools get the token from memory
        const row = await rowOf(stage.child(), id);
        expect(row).toMatchObject({ unsaved: true, condition: "storage_failing" });
        expect(row?.access).not.toBe(first);
        expect(await stage.child().refresh(id)).toBe("storage_failing"); // no further token is sent
        expect(proxy.refreshes).toBe(1);
        await empty(mount);
        expect(await stage.child().refresh(id)).toBe("ok");
        expect(await rowOf(stage.child(), id)).toMatchObject({ unsaved: false, access: row?.access });
        await expectRecovered(await stage.again(), id, "renewed", proxy);
      }));
  });
});
