/**
 * Interrupts a refresh at every point and checks the outcome that ADR 0004 defines: against the sandbox and against
 * oidc-provider, with one-time and with reusable refresh tokens. The tests kill a real process and fill a real disk. The
 * servers count how often a spent token is sent again: never.
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

/** Starts a keeper with one sign-in. */
async function scene(judge: Judge, seed: Seed, folder: string): Promise<Scene> {
  const keeper = await startJudgedKeeper(judge, folder);
  const { id } = await keeper.signIn(seed);
  return { ...keeper, id };
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

const JUDGES: readonly {
  readonly judging: () => Promise<Judge>;
  readonly at: number;
  readonly name: string;
}[] = [
  { judging: sandboxJudge, at: 0, name: "sandbox, confidential: safe" },
  { judging: sandboxJudge, at: 1, name: "sandbox, public: one-time" },
  { judging: oidcJudge, at: 0, name: "oidc-provider, public: one-time" },
  { judging: oidcJudge, at: 1, name: "oidc-provider, confidential: one-time" },
];

/** An authorization server that runs during one `describe`. */
class Server {
  judge!: Judge;
  seed!: Seed;
  #folder = "";
  /** `at`: which of the judge's seeds the sign-ins are made from. */
  constructor(judging: () => Promise<Judge>, at: number) {
    beforeAll(async () => {
      this.judge = await judging();
      const seed = this.judge.seeds[at];
      if (seed === undefined) throw new Error("no such seed");
      this.seed = seed;
      this.#folder = await mkdtemp("/tmp/tk-crash-");
    });
    afterAll(async () => {
      await this.judge[Symbol.asyncDispose]();
      await rm(this.#folder, { recursive: true, force: true });
    });
  }
  /** A new folder for one test. */
  place = (): Promise<string> => mkdtemp(path.join(this.#folder, "p-"));
  scene = async (folder?: string): Promise<Scene> =>
    scene(this.judge, this.seed, folder ?? (await this.place()));

  /** The account works or shows what it needs, and no spent token was sent. */
  async expectRecovered(child: KeeperChild, id: string, after: After, proxy: FaultProxy): Promise<void> {
    const before = await rowOf(child, id);
    expect(before?.state).toBe(after === "ambiguous" ? "refresh_ambiguous" : "signed_in");
    expect(before?.access).not.toBeNull();
    expect(await child.refresh(id)).toBe(after === "ambiguous" ? "refresh_ambiguous" : "ok");
    expect([proxy.spentAgain, this.judge.reuses()]).toEqual([0, 0]);
  }
}

describe.each(JUDGES)("$name", ({ judging, at: seedAt }) => {
  const server = new Server(judging, seedAt);

  test.each(CRASHES)("a kill $at", async ({ at: point, sent, ...outcomes }) => {
    await using stage = await server.scene();
    const { id, proxy } = stage;
    const first = (await rowOf(stage.child(), id))?.access;
    await stage.child().crash(point);
    expect(await stage.child().refresh(id)).toBe("died");
    expect(proxy.refreshes).toBe(sent);
    const child = await stage.restart();
    const after = outcomes[server.seed.refreshReuse];
    const row = await rowOf(child, id);
    expect(row?.access === first).toBe(after !== "renewed");
    await server.expectRecovered(child, id, after, proxy);
  });

  test("a kill while the answer is under way", async () => {
    await using stage = await server.scene();
    stage.proxy.fault("hold");
    const acted = stage.proxy.acted();
    const refreshing = stage.child().refresh(stage.id);
    await acted;
    const child = await stage.restart();
    expect(await refreshing).toBe("died");
    stage.proxy.release();
    await server.expectRecovered(
      child,
      stage.id,
      server.seed.refreshReuse === "safe" ? "untouched" : "ambiguous",
      stage.proxy,
    );
  });

  test.each(FAULTS)(
    "the provider has rotated the token, and its answer is lost: $fault",
    async ({ fault, code }) => {
      await using stage = await server.scene();
      stage.proxy.fault(fault);
      const safe = server.seed.refreshReuse === "safe";
      expect(await stage.child().refresh(stage.id)).toBe(safe ? code : "refresh_ambiguous");
      await server.expectRecovered(stage.child(), stage.id, safe ? "untouched" : "ambiguous", stage.proxy);
      await server.expectRecovered(
        await stage.restart(),
        stage.id,
        safe ? "untouched" : "ambiguous",
        stage.proxy,
      );
    },
  );

  test("a request that is lost before the provider gets it counts as sent for a one-time token", async () => {
    await using stage = await server.scene();
    stage.proxy.fault("drop before");
    const safe = server.seed.refreshReuse === "safe";
    expect(await stage.child().refresh(stage.id)).toBe(safe ? "provider_unreachable" : "refresh_ambiguous");
    await server.expectRecovered(stage.child(), stage.id, safe ? "untouched" : "ambiguous", stage.proxy);
  });
});

describe.skipIf(process.getuid?.() !== 0).each(JUDGES)("$name, on a small disk", ({ judging, at }) => {
  const server = new Server(judging, at);
  const disk = async (run: (mount: string) => Promise<void>): Promise<void> => {
    const mount = await server.place();
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
  test.each([0, 4096, 8192])("with %i bytes left the disk refuses the intent, and nothing is sent", (left) =>
    disk(async (mount) => {
      await using stage = await server.scene(mount);
      const { id, proxy } = stage;
      await fill(mount, left);
      expect(await stage.child().refresh(id)).toBe("storage_failing");
      expect(await rowOf(stage.child(), id)).toMatchObject({
        state: "signed_in",
        condition: "storage_failing",
      });
      expect(proxy.refreshes).toBe(0);
      await empty(mount);
      await server.expectRecovered(await stage.restart(), id, "untouched", proxy);
    }),
  );

  test("an answer that the disk refuses is used from memory and written when there is room", () =>
    disk(async (mount) => {
      await using stage = await server.scene(mount);
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
      await server.expectRecovered(await stage.restart(), id, "renewed", proxy);
    }));
});
