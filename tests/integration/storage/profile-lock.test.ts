/** One process per profile, with real files, kernel locks and other processes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { takeProfileLock, type Taken } from "../../../main/storage/profile-lock.ts";
import {
  handOn,
  handOnOrTakePlace,
  listenForStarts,
  type StartRequest,
} from "../../../main/app/second-start.ts";
import { until } from "../../support/host.ts";

function newFolder(): string {
  const folder = mkdtempSync("/tmp/tk-lock-");
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
const heldBy = (taken: Taken) => {
  if (taken.kind !== "held" && taken.kind !== "unavailable") throw new Error(taken.kind);
  return taken.lock;
};
/** Another process that holds the lock and names itself. */
async function otherHolder(folder: string) {
  const other = spawn("flock", [path.join(folder, "start.lock"), "sh", "-c", "echo held; cat"], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const { pid = 0 } = other;
  await once(other.stdout, "data");
  const end = async () => {
    process.kill(-pid, "SIGKILL");
    if (other.exitCode === null && other.signalCode === null) await once(other, "exit");
  };
  onTestFinished(() => end().catch(() => undefined));
  return { end };
}
const HOLDER = { pid: 4711, host: "attic", sinceMs: 1_700_000_000_000 };

describe.runIf(process.platform === "linux")("the profile lock", () => {
  test("has one holder, whose name the next start reads", () => {
    const folder = path.join(newFolder(), "deep/profile"); // made on the way
    const lock = heldBy(takeProfileLock(folder));
    expect(takeProfileLock(folder)).toEqual({ kind: "taken" });
    lock.tell(HOLDER);
    expect(takeProfileLock(folder)).toEqual({ kind: "taken", holder: HOLDER });
    expect(lock.look()).toBe("held");
  });

  test("is free as soon as its holder is killed, whatever the file holds", async () => {
    const folder = newFolder();
    const other = await otherHolder(folder);
    writeFileSync(path.join(folder, "start.lock"), JSON.stringify(HOLDER));
    expect(takeProfileLock(folder)).toEqual({ kind: "taken", holder: HOLDER });
    await other.end();
    await until(() => takeProfileLock(folder).kind === "held");
  });

  test.each([
    ["nothing", ""],
    ["half", "{"],
    ["no object", "null"],
    ["a negative process", '{"pid":-1}'],
    ["an absurd process", '{"pid":1e99,"host":1}'],
    ["zeros", "\u0000".repeat(5_000)],
    ["far too much", `"${"x".repeat(9_000)}"`],
  ])("is decided by the kernel alone when the file holds %s", async (_name, text) => {
    const folder = newFolder();
    writeFileSync(path.join(folder, "start.lock"), text);
    const other = await otherHolder(folder);
    expect(takeProfileLock(folder)).toEqual({ kind: "taken" });
    await other.end();
    await until(() => takeProfileLock(folder).kind === "held");
  });

  test("locks its file again after the file was deleted or replaced", () => {
    const folder = newFolder();
    const file = path.join(folder, "start.lock");
    const lock = heldBy(takeProfileLock(folder));
    lock.tell(HOLDER);
    rmSync(file);
    expect(lock.look()).toBe("held");
    expect(takeProfileLock(folder)).toEqual({ kind: "taken", holder: HOLDER });
    renameSync(file, `${file}.old`);
    writeFileSync(file, "");
    expect(lock.look()).toBe("held");
    expect(takeProfileLock(folder).kind).toBe("taken");
  });

  test("is lost once another process has locked the new file", async () => {
    const folder = newFolder();
    const lock = heldBy(takeProfileLock(folder));
    rmSync(path.join(folder, "start.lock"));
    const other = await otherHolder(folder);
    expect(lock.look()).toBe("taken");
    await other.end();
    await until(() => lock.look() === "held");
  });

  test("is not inherited by child processes", async () => {
    const folder = newFolder();
    heldBy(takeProfileLock(folder));
    const child = spawn("sh", ["-c", "echo up; exec cat"], { stdio: ["pipe", "pipe", "ignore"] });
    await once(child.stdout, "data");
    const fds = `/proc/${String(child.pid)}/fd`;
    // A shell closes its open files when it becomes the program.
    const open = readdirSync(fds).flatMap((fd) => {
      try {
        return [readlinkSync(path.join(fds, fd))];
      } catch {
        return [];
      }
    });
    expect(open.length).toBeGreaterThan(0);
    child.stdin.end();
    expect(open.filter((file) => file.includes("start.lock"))).toEqual([]);
  });

  test.each([
    ["no flock(1)", undefined],
    ["a folder whose flock(2) is refused", "flock: 3: No locks available"],
    ["a file system without it", "flock: 3: Operation not supported"],
  ])("is unavailable, neither held nor taken, with %s", (_name, said) => {
    const folder = newFolder();
    const flock = said === undefined ? undefined : path.join(folder, "flock");
    if (flock !== undefined)
      writeFileSync(flock, `#!/bin/sh\necho "${said ?? ""}" >&2\nexit 1\n`, { mode: 0o755 });
    const taken = takeProfileLock(folder, { flock });
    expect(taken.kind).toBe("unavailable");
    expect(heldBy(taken).look()).toBe("unavailable");
  });
});

describe("a profile lock that cannot be made names the fault", () => {
  test("a file stands in place of the folder, or of a folder above it", () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, "file"), "");
    for (const profile of [path.join(folder, "file"), path.join(folder, "file/profile")])
      expect(takeProfileLock(profile)).toMatchObject({ kind: "impossible", why: "not_a_folder" });
    expect(readFileSync(path.join(folder, "file"), "utf8")).toBe("");
  });
  test("a folder or a link stands in place of the lock file", () => {
    const [inFolder, atLink, dangling] = [newFolder(), newFolder(), newFolder()];
    mkdirSync(path.join(inFolder, "start.lock"));
    writeFileSync(path.join(atLink, "elsewhere"), "kept");
    symlinkSync(path.join(atLink, "elsewhere"), path.join(atLink, "start.lock"));
    symlinkSync("/nowhere/at/all", path.join(dangling, "start.lock"));
    for (const folder of [inFolder, atLink, dangling])
      expect(takeProfileLock(folder)).toMatchObject({ kind: "impossible", why: "not_a_file" });
    expect(readFileSync(path.join(atLink, "elsewhere"), "utf8")).toBe("kept");
  });
  test.runIf(process.platform === "linux")(
    "a pipe or a device in place of the lock file does not block the start",
    async () => {
      const folder = newFolder();
      const made = spawn("mkfifo", [path.join(folder, "start.lock")]);
      await once(made, "exit");
      expect(takeProfileLock(folder)).toMatchObject({ kind: "impossible", why: "not_a_file" });
    },
  );
  test.runIf(process.platform === "linux")(
    "a loop of links above the profile is not blamed on the lock",
    () => {
      const folder = newFolder();
      symlinkSync(path.join(folder, "loop"), path.join(folder, "loop"));
      for (const profile of ["loop", "loop/profile", "loop/a/b"])
        expect(takeProfileLock(path.join(folder, profile))).toMatchObject({ why: "not_a_folder" });
    },
  );
  test.runIf(process.platform === "linux")("the folder is the kernel's and takes no files", () => {
    expect(takeProfileLock("/proc/nowhere")).toMatchObject({ kind: "impossible" });
  });
  test("the folder may not be written", () => {
    const folder = newFolder();
    chmodSync(folder, 0o500);
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65_534); // root may write everywhere
    try {
      expect(takeProfileLock(folder)).toMatchObject({ kind: "impossible", why: "no_permission" });
    } finally {
      if (root) process.seteuid?.(0);
    }
  });
});

/** The running app, as far as a second start can see it. */
function running(folder: string, take: (wish: StartRequest) => void) {
  const warned: string[] = [];
  const server = listenForStarts(folder, take, { warn: (event) => void warned.push(event) });
  onTestFinished(() => server.close());
  return { server, warned };
}
const clock = {
  monotonicMs: () => performance.now(),
  after(inMs: number, run: () => void) {
    const timer = setTimeout(run, inMs);
    return () => clearTimeout(timer);
  },
};

describe("a second start's message", () => {
  test("arrives and is acknowledged", async () => {
    const folder = newFolder();
    const wishes: StartRequest[] = [];
    running(folder, (wish) => wishes.push(wish));
    const link = { want: "link", link: `app.tokenkeep:${"\u0001".repeat(8_000)}` } as const;
    for (const wish of [{ want: "show" }, { want: "nothing" }, link] as const)
      expect(await handOn(folder, "start.sock", wish, 20_000)).toBe("taken");
    expect(wishes).toEqual([{ want: "show" }, { want: "nothing" }, link]);
  });

  test("is not lost when two hundred starts send one at once", async () => {
    const folder = newFolder();
    const seen = new Set<string>();
    running(folder, (wish) => {
      if (wish.want === "link") seen.add(wish.link);
    });
    const taken = () => ({ kind: "taken" }) as const;
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        handOnOrTakePlace(
          folder,
          undefined,
          { want: "link", link: `app.tokenkeep:${String(at)}` },
          taken,
          clock,
          { answerMs: 20_000, patienceMs: 30_000 },
        ),
      ),
    );
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(["taken"]));
    expect(seen.size).toBe(200);
  });

  test("is not blocked by a connection that drips its line, or goes on sending after it", async () => {
    const folder = newFolder();
    const wishes: StartRequest[] = [];
    running(folder, (wish) => wishes.push(wish));
    const { connect } = await import("node:net");
    await Promise.all(
      [" ", `${JSON.stringify({ want: "nothing" })}\n`].map(async (text) => {
        const socket = connect({ path: path.join(folder, "start.sock"), allowHalfOpen: true });
        socket.on("error", () => undefined);
        const drip = setInterval(() => socket.write(text), 100);
        onTestFinished(() => clearInterval(drip));
        await new Promise((resolve) => socket.resume().once("close", resolve));
      }),
    );
    expect(wishes).toEqual([{ want: "nothing" }]);
    expect(await handOn(folder, "start.sock", { want: "show" }, 20_000)).toBe("taken");
  });

  test("arrives in a profile whose path is longer than a socket address", async () => {
    const folder = path.join(newFolder(), "long-".repeat(40), "still-longer-".repeat(15));
    mkdirSync(folder, { recursive: true });
    const wishes: StartRequest[] = [];
    const { server } = running(folder, (wish) => wishes.push(wish));
    expect(server.address).toBeDefined();
    expect(await handOn(folder, server.address ?? "", { want: "show" }, 20_000)).toBe("taken");
    expect(wishes).toEqual([{ want: "show" }]);
  });

  test("uses a new socket in place of a leftover, and the app runs where no socket can be made", async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, "start.sock"), "left over");
    running(folder, () => undefined);
    expect(await handOn(folder, "start.sock", { want: "show" }, 20_000)).toBe("taken");
    const taken = newFolder();
    mkdirSync(path.join(taken, "start.sock/in-the-way"), { recursive: true });
    const { server, warned } = running(taken, () => undefined);
    expect(server.address).toBeUndefined();
    expect(warned).toEqual(["start.listen"]);
  });

  test.each([
    "x",
    "{}",
    "null",
    '{"want":"link","link":"https://example.org/"}',
    '{"want":"quit"}',
    "[".repeat(50),
  ])("is ignored when it is %j", async (line) => {
    const folder = newFolder();
    const wishes: StartRequest[] = [];
    running(folder, (wish) => wishes.push(wish));
    const { connect } = await import("node:net");
    const socket = connect(path.join(folder, "start.sock"));
    socket.end(`${line}\n`);
    socket.resume();
    await once(socket, "close");
    expect(wishes).toEqual([]);
    expect(await handOn(folder, "start.sock", { want: "show" }, 20_000)).toBe("taken");
  });

  test("without an end of line is cut off, and delays no other start", async () => {
    const folder = newFolder();
    running(folder, () => undefined);
    const { connect } = await import("node:net");
    const socket = connect(path.join(folder, "start.sock"));
    socket.on("error", () => undefined);
    const closed = new Promise((resolve) => socket.once("close", resolve)); // with or without an error
    const pour = (): void => {
      if (socket.destroyed) return;
      socket.write("x".repeat(65_536));
      setImmediate(pour);
    };
    pour();
    await closed;
    expect(await handOn(folder, "start.sock", { want: "show" }, 20_000)).toBe("taken");
  });

  test.runIf(process.platform === "linux")(
    "takes the place of one that ends meanwhile, and does not wait for a file that is left over",
    async () => {
      const folder = newFolder();
      const other = await otherHolder(folder); // it holds the lock and listens to nobody, as while it quits
      let tries = 0;
      const place = handOnOrTakePlace(
        folder,
        undefined,
        { want: "show" },
        () => {
          tries += 1;
          const again = takeProfileLock(folder);
          return again.kind === "taken" ? again : ({ kind: "free", lock: again } as const);
        },
        clock,
        { answerMs: 20_000, patienceMs: 60_000 },
      );
      await until(() => tries > 0);
      await other.end();
      expect(await place).toMatchObject({ kind: "free", lock: { kind: "held" } });
    },
  );

  test("fails when nobody listens and the lock stays taken, and no process is ended", async () => {
    const folder = newFolder();
    expect(
      await handOnOrTakePlace(folder, undefined, { want: "show" }, () => ({ kind: "taken" }), clock, {
        answerMs: 100,
        patienceMs: 300,
      }),
    ).toEqual({ kind: "unreachable" });
    expect(existsSync(path.join(folder, "start.sock"))).toBe(false);
  });
});
