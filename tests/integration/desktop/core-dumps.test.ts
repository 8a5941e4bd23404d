/** With real processes: the limit also applies to processes that start while it is lowered. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { refuseCoreDumps } from "../../../main/desktop/core-dumps.ts";
import { family } from "../../support/leaks.ts";

/** A shell that allows core dumps, and starts more processes on a signal. */
const GROWING = `ulimit -c unlimited; trap "sleep 60 & sleep 60 &" USR1; sleep 60 & echo; while :; do wait; done`;

test.runIf(process.platform === "linux")("no process of a growing tree may write a core dump", async () => {
  const folder = await mkdtemp("/tmp/tk-cores-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const prlimit = execFileSync("sh", ["-c", "command -v prlimit"], { encoding: "utf8" }).trim();
  // The tree grows just before the limit of its first process is lowered.
  const grow = `mkdir "${folder}/grown" && kill -USR1 "$2" && sleep 0.5`;
  await writeFile(path.join(folder, "prlimit"), `#!/bin/sh\n${grow}\nexec ${prlimit} "$@"\n`, {
    mode: 0o755,
  });

  const first = spawn("bash", ["-c", GROWING], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const { pid = 0 } = first;
  onTestFinished(() => void process.kill(-pid, "SIGKILL"));
  await once(first.stdout, "data");
  await refuseCoreDumps(pid, path.join(folder, "prlimit"));
  const members = family(pid);
  expect(members).toHaveLength(4);
  expect(members.filter(({ coreLimits }) => coreLimits !== "0 0")).toEqual([]);
});
