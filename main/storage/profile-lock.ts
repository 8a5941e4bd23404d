/**
 * One process per profile: a lock of the kernel's on a file in the profile, held for the app's whole life, so that no
 * one-time refresh token is sent by two of us (ADR 0018). The kernel gives it back when its holder ends, however that
 * happens; a name, a time or a process id in a file would outlive it.
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import * as v from "valibot";
import type { ProfileFault } from "../../contract/failure.ts";
import { systemProgram } from "../desktop/programs.ts";

const LOCK_FILE = "start.lock";
/** On Windows a locked file cannot be read, so the holder is named in a second file. */
const HOLDER_FILE = "start.json";

/** macOS: O_EXLOCK | O_NONBLOCK (open(2)). */
const BSD_LOCK = 0x24;
/** Windows: libuv opens the file without sharing it (UV_FS_O_EXLOCK). */
const WINDOWS_LOCK = 0x10000000;
/** flock(1) answers at once; this ends one that a broken network folder holds up. */
const FLOCK_TIMEOUT_MS = 5_000;

const holderShape = v.object({
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  host: v.pipe(v.string(), v.maxLength(255)),
  sinceMs: v.pipe(v.number(), v.safeInteger()),
  /** Where it takes the wishes of later starts (main/app/second-start.ts); absent where it could not listen. */
  wake: v.optional(v.pipe(v.string(), v.maxLength(300))),
});
/** What the holder of the lock says about itself: for messages only, it decides nothing. */
export type Holder = v.InferOutput<typeof holderShape>;

/** `taken`: another process has it. `unavailable`: nobody can tell. */
export type ProfileLockState = "held" | "unavailable" | "taken";

export interface ProfileLock {
  /**
   * Whose the lock is at this moment. Looks at the file again: where it was deleted or replaced, another start could
   * lock the new one, so that is locked too, and if it cannot be, the lock is not ours any more.
   */
  look(): ProfileLockState;
  /** Says in the file who holds it. Never fails: a full disk does not take the lock away. */
  tell(holder: Holder): void;
}

export type Taken =
  /** `unavailable`: this system or this folder knows no such lock. Another process may be there. */
  | { readonly kind: "held" | "unavailable"; readonly lock: ProfileLock }
  | { readonly kind: "taken"; readonly holder?: Holder }
  | { readonly kind: "impossible"; readonly why: ProfileFault; readonly detail: string };

export interface LockOptions {
  readonly platform?: NodeJS.Platform;
  /** flock(1) by its absolute path; undefined: there is none. */
  readonly flock?: string | undefined;
}

type Attempt =
  { readonly kind: "held" | "unavailable"; readonly descriptor: number } | { readonly kind: "taken" };

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "unknown";

/** What the errors of mkdir(2) and open(2) mean for a person. */
function faultOf(code: string): ProfileFault {
  switch (code) {
    case "EROFS":
      return "read_only";
    case "ENOSPC":
    case "EDQUOT":
      return "full";
    case "EACCES":
    case "EPERM":
      return "no_permission";
    case "ENOTDIR":
    case "EEXIST":
      return "not_a_folder";
    case "EISDIR":
    case "ENXIO":
    case "ELOOP":
      return "not_a_file";
    default:
      return "unknown";
  }
}

/** flock(1): 0 is ours, 1 without a word is somebody else's. Everything else is a lock that cannot be had here. */
function lockByProgram(descriptor: number, flock: string | undefined): "held" | "taken" | "unavailable" {
  if (flock === undefined) return "unavailable";
  // It locks what is open, which is ours as well, and ends: the lock stays until we close it. Node opens with O_CLOEXEC,
  // so no other child inherits the descriptor and keeps the lock after us.
  const { status, stderr } = spawnSync(flock, ["-n", "3"], {
    stdio: ["ignore", "ignore", "pipe", descriptor],
    timeout: FLOCK_TIMEOUT_MS,
    cwd: "/",
    env: { LC_ALL: "C" },
  });
  if (status === 0) return "held";
  return status === 1 && stderr.length === 0 ? "taken" : "unavailable";
}

/** Opens the file and locks it. Throws what open(2) says where the file cannot be made at all. */
function attempt(file: string, platform: NodeJS.Platform, flock: string | undefined): Attempt {
  const flags = constants.O_RDWR | constants.O_CREAT;
  // A FIFO in its place would hold us up, and a link would make a file elsewhere. Windows has neither flag.
  const plain = flags | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
  if (platform === "linux") {
    const descriptor = openSync(file, plain, 0o600);
    if (!fstatSync(descriptor).isFile()) {
      closeSync(descriptor);
      throw Object.assign(new Error("not a regular file"), { code: "EISDIR" });
    }
    const kind = lockByProgram(descriptor, flock);
    if (kind !== "taken") return { kind, descriptor };
    closeSync(descriptor);
    return { kind };
  }
  try {
    const lockFlag = platform === "win32" ? WINDOWS_LOCK : BSD_LOCK;
    return { kind: "held", descriptor: openSync(file, flags | lockFlag, 0o600) };
  } catch (error) {
    const code = codeOf(error);
    if (code === "EAGAIN" || code === "EWOULDBLOCK" || code === "EBUSY") return { kind: "taken" };
    if (code !== "ENOTSUP" && code !== "EOPNOTSUPP" && code !== "ENOLCK" && code !== "EINVAL") throw error;
    return { kind: "unavailable", descriptor: openSync(file, flags, 0o600) };
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    const read = v.safeParse(holderShape, JSON.parse(readFileSync(file, "utf8").slice(0, 2_000)));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

function clear(descriptor: number, beside: string | undefined): void {
  try {
    if (beside === undefined) ftruncateSync(descriptor);
    else rmSync(beside, { force: true });
  } catch {
    // It is replaced soon, or was never decisive.
  }
}

/** Whether the descriptor is still that of the file of this name. */
function isThatFile(descriptor: number, file: string): boolean {
  try {
    const [open, named] = [fstatSync(descriptor), statSync(file)];
    return open.ino === named.ino && open.dev === named.dev;
  } catch {
    return false;
  }
}

/**
 * Makes a folder and those above it. Node's own way (`recursive`) never ends where the system says that the folder above
 * is missing although it is there, as below /proc.
 */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const above = path.dirname(folder);
    if (isFolder(folder)) return; // whatever the system says of making what is there
    if (codeOf(error) !== "ENOENT" || above === folder) throw error;
    makeFolder(above);
    mkdirSync(folder, { mode: 0o700 });
  }
}
function isFolder(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

/** `folder`: the profile, which is made where it is missing. Does not wait; blocks for some ten milliseconds. */
export function takeProfileLock(folder: string, options: LockOptions = {}): Taken {
  const { platform = process.platform } = options;
  const flock = "flock" in options ? options.flock : systemProgram("flock", platform);
  const file = path.join(folder, LOCK_FILE);
  const holderFile = platform === "win32" ? path.join(folder, HOLDER_FILE) : file;
  let mine: Exclude<Attempt, { kind: "taken" }>;
  let last: Holder | undefined;
  try {
    makeFolder(folder);
  } catch (error) {
    const detail = codeOf(error);
    // A loop of links is in the way of the folder here, and of the lock below.
    return { kind: "impossible", why: detail === "ELOOP" ? "not_a_folder" : faultOf(detail), detail };
  }
  try {
    let first = attempt(file, platform, flock);
    // Between opening and locking, the file may have been deleted with its lock: then nobody would see ours.
    for (
      let tries = 0;
      tries < 5 && first.kind === "held" && !isThatFile(first.descriptor, file);
      tries += 1
    ) {
      closeSync(first.descriptor);
      first = attempt(file, platform, flock);
    }
    if (first.kind === "taken") {
      const holder = readHolder(holderFile);
      return { kind: "taken", ...(holder !== undefined && { holder }) };
    }
    mine = first;
  } catch (error) {
    const detail = codeOf(error);
    // A regular file where the profile or one of its parents should be is told from a folder where the lock should be.
    return { kind: "impossible", why: faultOf(detail), detail };
  }

  // Until `tell`, the file still names an earlier holder.
  if (mine.kind === "held") clear(mine.descriptor, holderFile === file ? undefined : holderFile);
  const write = (holder: Holder): void => {
    try {
      const text = `${JSON.stringify(holder)}\n`;
      const descriptor = holderFile === file ? mine.descriptor : openSync(holderFile, "w", 0o600);
      ftruncateSync(descriptor);
      writeSync(descriptor, text, 0);
      if (descriptor !== mine.descriptor) closeSync(descriptor);
    } catch {
      // The holder's name is for messages only; the lock itself is held.
    }
  };
  const relock = (): ProfileLockState => {
    try {
      const again = attempt(file, platform, flock);
      if (again.kind === "taken") return "taken";
      mine = again; // the old descriptor stays open: who had opened the old file goes on seeing it locked
      if (last !== undefined) write(last);
      return again.kind;
    } catch {
      return "unavailable";
    }
  };
  return {
    kind: mine.kind,
    lock: {
      look: () => (mine.kind === "held" && !isThatFile(mine.descriptor, file) ? relock() : mine.kind),
      tell(holder) {
        last = holder;
        write(holder);
      },
    },
  };
}
