/**
 * Forbids core dumps of the app's processes, because their memory contains tokens. Some distributions allow core dumps by
 * default. Electron's crash reporter is never started.
 */
import { readdirSync, readFileSync } from "node:fs";
import { runSystemProgram, systemProgram } from "./programs.ts";

/** Far more passes than are needed. */
const MAX_PASSES = 20;

/** Reads a file of /proc whose process may have just ended. */
function readOr<V>(read: () => V, otherwise: V): V {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
const mayDump = (pid: number): boolean =>
  readOr(
    () => !/^Max core file size\s+0\s/m.test(readFileSync(`/proc/${String(pid)}/limits`, "utf8")),
    false,
  );
const childrenBy = (pid: number, thread: string): readonly number[] =>
  readOr(() => readFileSync(`/proc/${String(pid)}/task/${thread}/children`, "utf8"), "")
    .split(" ")
    .filter(Boolean)
    .map(Number);
const childrenOf = (pid: number): readonly number[] =>
  readOr(() => readdirSync(`/proc/${String(pid)}/task`), []).flatMap((thread) => childrenBy(pid, thread));
const family = (pid: number): readonly number[] => [pid, ...childrenOf(pid).flatMap(family)];

/** The first argument is the path of `prlimit`. One shell for all processes costs less than one start of a program for each. */
const LOWER = 'prlimit=$1; shift; for pid; do "$prlimit" --pid "$pid" --core=0:0; done; true';

/**
 * Sets the limit of `pid` and its descendants to 0; later processes inherit it. Without `prlimit` (util-linux) the limit of
 * the session stays. Does not reject. The start of the app does not wait for it, because no token is in memory yet.
 */
export async function refuseCoreDumps(pid: number, prlimit = systemProgram("prlimit")): Promise<void> {
  if (process.platform !== "linux" || !mayDump(pid)) return;
  if (prlimit === undefined) return;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const allowed = family(pid).filter(mayDump); // read again, because new processes may have started meanwhile
    if (allowed.length === 0) return;
    const args = ["-c", LOWER, "sh", prlimit, ...allowed.map(String)];
    const lowered = await runSystemProgram("sh", args).catch(() => undefined);
    if (lowered === undefined) return;
  }
}
