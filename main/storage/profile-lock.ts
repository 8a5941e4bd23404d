/**
 * One process per profile: a kernel lock on a file in the profile, held for the app's whole life, so that no two processes
 * send the same one-time refresh token (ADR 0018). The kernel releases the lock when its holder ends, however that happens;
 * a name, a time or a process id in a file would outlive the holder.
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
/** flock(1) answers at once, except on a broken network folder. */
const FLOCK_TIMEOUT_MS = 5_000;

const holderShape = v.object({
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  host: v.pipe(v.string(), v.maxLength(255)),
  sinceMs: v.pipe(v.number(), v.safeInteger()),
  /** The socket for messages of later starts (main/app/second-start.ts); absent where the holder could not listen. */
  wake: v.optional(v.pipe(v.string(), v.maxLength(300))),
});
/** What the lock's holder writes about itself. For messages to the user alone: it decides nothing. */
export type Holder = v.InferOutput<typeof holderShape>;

/** `taken`: another process has the lock. `unavailable`: nobody can tell. */
export type ProfileLockState = "held" | "unavailable" | "taken";

export interface ProfileLock {
  /**
   * The lock's state now. Checks the file again: if it was deleted or replaced, another process could lock the new file,
   * so this locks the new file too. If that fails, the lock is lost.
   */
  look(): ProfileLockState;
  /** Writes the holder into the file. Never fails: on a full disk the lock is held without a name. */
  tell(holder: Holder): void;
}

export type Taken =
  /** `unavailable`: this system or folder has no such lock, and another process may use the profile. */
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

/** The fault that the window shows for an error of mkdir(2) or open(2). */
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

/** flock(1) exits with 0: locked by us; with 1 and no message: by another process; otherwise: there is no lock here. */
function lockByProgram(descriptor: number, flock: string | undefined): "held" | "taken" | "unavailable" {
  if (flock === undefined) return "unavailable";
  // flock(1) locks the open file that we share with it, and ends; the lock lasts until we close the file. Node opens files
  // with O_CLOEXEC, so no other child process inherits the descriptor and keeps the lock longer.
  const { status, stderr } = spawnSync(flock, ["-n", "3"], {
    stdio: ["ignore", "ignore", "pipe", descriptor],
    timeout: FLOCK_TIMEOUT_MS,
    cwd: "/",
    env: { LC_ALL: "C" },
  });
  if (status === 0) return "held";
  return status === 1 && stderr.length === 0 ? "taken" : "unavailable";
}

/** Opens the file and locks it. Throws the error of open(2) where the file cannot be made. */
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
    // The name is for messages only, and is replaced soon.
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
 * Makes a folder and the folders above it. Node's own `recursive` never ends where the system reports an existing parent
 * as missing, as below /proc.
 */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const above = path.dirname(folder);
    if (isFolder(folder)) return; // any error of making a folder that exists
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

/** Takes the lock of a profile folder, and makes the folder if it is missing. Does not wait for a holder; blocks for about ten milliseconds. */
export function takeProfileLock(folder: string, options: LockOptions = {}): Taken {
  const { platform = process.platform } = options;
  const flock = "flock" in options ? options.flock : systemProgram("flock", platform);
  const file = path.join(folder, LOCK_FILE);
  const holderFile = platform === "win32" ? path.join(folder, HOLDER_FILE) : file;
  let current: Exclude<Attempt, { kind: "taken" }>;
  let last: Holder | undefined;
  try {
    makeFolder(folder);
  } catch (error) {
    const detail = codeOf(error);
    // Here a loop of links stands where the folder should be; below, where the lock should be.
    return { kind: "impossible", why: detail === "ELOOP" ? "not_a_folder" : faultOf(detail), detail };
  }
  try {
    let first = attempt(file, platform, flock);
    // The file may have been deleted between opening and locking: then no other process would see our lock.
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
    current = first;
  } catch (error) {
    const detail = codeOf(error);
    // The error codes distinguish a file in place of the profile or its parent from a folder in place of the lock.
    return { kind: "impossible", why: faultOf(detail), detail };
  }

  // The file still names an earlier holder.
  if (current.kind === "held") clear(current.descriptor, holderFile === file ? undefined : holderFile);
  const write = (holder: Holder): void => {
    try {
      const text = `${JSON.stringify(holder)}\n`;
      const descriptor = holderFile === file ? current.descriptor : openSync(holderFile, "w", 0o600);
      ftruncateSync(descriptor);
      writeSync(descriptor, text, 0);
      if (descriptor !== current.descriptor) closeSync(descriptor);
    } catch {
      // The holder's name is for messages only; the lock is held without it.
    }
  };
  const relock = (): ProfileLockState => {
    try {
      const again = attempt(file, platform, flock);
      if (again.kind === "taken") return "taken";
      current = again; // the old descriptor stays open, so that processes that have the old file open still see it locked
      if (last !== undefined) write(last);
      return again.kind;
    } catch {
      return "unavailable";
    }
  };
  return {
    kind: current.kind,
    lock: {
      look: () =>
        current.kind === "held" && !isThatFile(current.descriptor, file) ? relock() : current.kind,
      tell(holder) {
        last = holder;
        write(holder);
      },
    },
  };
}
