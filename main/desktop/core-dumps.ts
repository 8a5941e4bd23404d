/**
 * Our memory holds tokens, and a core dump would put it on the disk. Some distributions allow them; there, nobody of
 * ours may write one. Electron's crash reporter is never started.
 */
import { readdirSync, readFileSync } from "node:fs";
import { runSystemProgram, systemProgram } from "./programs.ts";

/** Far more than it takes. */
const MAX_PASSES = 20;

/** What is looked at may have just ended. */
function ifThere<V>(look: () => V, otherwise: V): V {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
const mayDump = (pid: number): boolean =>
  ifThere(
    () => !/^Max core file size\s+0\s/m.test(readFileSync(`/proc/${String(pid)}/limits`, "utf8")),
    false,
  );
const childrenBy = (pid: number, thread: string): readonly number[] =>
  ifThere(() => readFileSync(`/proc/${String(pid)}/task/${thread}/children`, "utf8"), "")
    .split(" ")
    .filter(Boolean)
    .map(Number);
const childrenOf = (pid: number): readonly number[] =>
  ifThere(() => readdirSync(`/proc/${String(pid)}/task`), []).flatMap((thread) => childrenBy(pid, thread));
const family = (pid: number): readonly number[] => [pid, ...childrenOf(pid).flatMap(family)];

/** The first argument is `prlimit`'s path; one shell for all of them costs less than a process each. */
const LOWER = 'prlimit=$1; shift; for pid; do "$prlimit" --pid "$pid" --core=0:0; done; true';

/**
 * Later processes come from those that are here now and inherit it. `pid`: the first of us. Where `prlimit` (util-linux)
 * is missing, the session's own limit stays. Not waited for at the start, when memory holds nothing yet.
 */
export async function refuseCoreDumps(pid: number, prlimit = systemProgram("prlimit")): Promise<void> {
  if (process.platform !== "linux" || !mayDump(pid)) return;
  if (prlimit === undefined) return;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const those = family(pid).filter(mayDump); // again: they may have started others while they were lowered
    if (those.length === 0) return;
    const args = ["-c", LOWER, "sh", prlimit, ...those.map(String)];
    const lowered = await runSystemProgram("sh", args).catch(() => undefined);
    if (lowered === undefined) return;
  }
}
