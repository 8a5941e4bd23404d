/** Whether OBS Studio runs on this computer: asked of the system, off the main path, and cheap enough to ask often. */
import { readdir, readFile } from "node:fs/promises";
import { runSystemProgram } from "./programs.ts";

/** `folder`: /proc. A program keeps its name, so one that was looked at twice is not looked at again. */
export function createLinuxRecordingWatch(folder = "/proc"): () => Promise<boolean> {
  const names = new Map<string, { readonly name: string; readonly settled: boolean }>();
  return async () => {
    const pids = (await readdir(folder)).filter((name) => /^\d+$/.test(name));
    const there = new Set(pids);
    for (const pid of names.keys()) if (!there.has(pid)) names.delete(pid);
    for (const pid of pids) {
      const known = names.get(pid);
      if (known?.settled === true) continue;
      // A program that has just been started still has the name of who started it.
      const name = (await readFile(`${folder}/${pid}/comm`, "utf8").catch(() => "")).trim();
      names.set(pid, { name, settled: known !== undefined });
    }
    return [...names.values()].some(({ name }) => name === "obs");
  };
}

async function listed(command: string, args: readonly string[], program: string): Promise<boolean> {
  return (await runSystemProgram(command, args)).toLowerCase().includes(program);
}

export function createRecordingWatch(platform: NodeJS.Platform = process.platform): () => Promise<boolean> {
  if (platform === "linux") return createLinuxRecordingWatch();
  if (platform === "win32")
    return () => listed("tasklist", ["/fo", "csv", "/nh", "/fi", "IMAGENAME eq obs64.exe"], "obs64.exe");
  return () => listed("ps", ["-axco", "comm"], "\nobs\n");
}
