/** Finds out whether OBS Studio runs on this computer. The query is asynchronous, and cheap enough to repeat often. */
import { readdir, readFile } from "node:fs/promises";
import { runSystemProgram } from "./programs.ts";

/** `folder`: /proc, except in tests. A process that was read twice keeps its name, so it is not read again. */
export function createLinuxRecordingWatch(folder = "/proc"): () => Promise<boolean> {
  const names = new Map<string, { readonly name: string; readonly settled: boolean }>();
  return async () => {
    const pids = (await readdir(folder)).filter((name) => /^\d+$/.test(name));
    const running = new Set(pids);
    for (const pid of names.keys()) if (!running.has(pid)) names.delete(pid);
    for (const pid of pids) {
      const known = names.get(pid);
      if (known?.settled === true) continue;
      // A process that has just started still has the name of its parent.
      const name = (await readFile(`${folder}/${pid}/comm`, "utf8").catch(() => "")).trim();
      names.set(pid, { name, settled: known !== undefined });
    }
    return [...names.values()].some(({ name }) => name === "obs");
  };
}

/** Whether the output of a command contains the program. */
async function isListed(command: string, args: readonly string[], program: string): Promise<boolean> {
  return (await runSystemProgram(command, args)).toLowerCase().includes(program);
}

/** Whether OBS Studio runs now. Rejects when the system cannot be queried. */
export function createRecordingWatch(platform: NodeJS.Platform = process.platform): () => Promise<boolean> {
  if (platform === "linux") return createLinuxRecordingWatch();
  if (platform === "win32")
    return () => isListed("tasklist", ["/fo", "csv", "/nh", "/fi", "IMAGENAME eq obs64.exe"], "obs64.exe");
  return () => isListed("ps", ["-axco", "comm"], "\nobs\n");
}
