/** The app runs only the system's own programs, whatever is in the working directory or first in PATH. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openInInstalled } from "../../../main/desktop/browsers.ts";
import { refuseCoreDumps } from "../../../main/desktop/core-dumps.ts";
import { programAt } from "../../../main/desktop/peer-program.ts";
import { takeProfileLock } from "../../../main/storage/profile-lock.ts";
import {
  absoluteEntries,
  programInPath,
  runSystemProgram,
  systemProgram,
} from "../../../main/desktop/programs.ts";

const NAMES = ["ss", "ps", "sh", "flock", "prlimit", "xdg-mime", "tasklist", "tasklist.exe", "env"];

/** Makes a folder of programs that leave a mark when they run: the working directory, and first in PATH. */
function plant() {
  const folder = mkdtempSync("/tmp/tk-planted-");
  const mark = path.join(folder, "ran");
  for (const name of NAMES)
    writeFileSync(path.join(folder, name), `#!/bin/sh\necho ${name} >> ${mark}\n`, { mode: 0o755 });
  const spy = vi.spyOn(process, "cwd").mockReturnValue(folder); // a worker thread cannot change it
  vi.stubEnv("PATH", `${folder}::.:${process.env["PATH"] ?? ""}`);
  onTestFinished(() => {
    spy.mockRestore();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, mark };
}

test.runIf(process.platform === "linux")("a planted program of the same name is never run", async () => {
  const { folder, mark } = plant();
  await programAt("1");
  await runSystemProgram("xdg-mime", ["query", "default", "x-scheme-handler/app.tokenkeep"]).catch(() => "");
  expect(takeProfileLock(path.join(folder, "profile")).kind).toBe("held");
  const child = spawn("/bin/bash", ["-c", "ulimit -S -c 0; ulimit -S -c unlimited; echo up; exec cat"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  await once(child.stdout, "data");
  await refuseCoreDumps(child.pid ?? 0);
  child.stdin.end();
  expect(existsSync(mark)).toBe(false);
});

test.runIf(process.platform === "linux")("scripts of the system find the system's programs", async () => {
  const { mark } = plant();
  expect(await runSystemProgram("sh", ["-c", "env >/dev/null; pwd; command -v ss"])).toMatch(
    /^\/\n\/(?:usr\/)?s?bin\/ss\n$/,
  );
  expect(existsSync(mark)).toBe(false);
});

test("a program is an absolute path in a system folder, or undefined", () => {
  expect(systemProgram("sh")).toMatch(/^\/(usr\/)?bin\/sh$/);
  expect(systemProgram("no-such-program")).toBeUndefined();
  expect(systemProgram("tasklist", "win32", { SystemRoot: "relative" })).toBeUndefined(); // a relative folder is not searched
});

test("PATH keeps its absolute entries", () => {
  expect(absoluteEntries("/a::.:bin:../x:/b c:", "linux")).toBe("/a:/b c");
  expect(absoluteEntries("C:\\Windows;.;bin;;D:\\x", "win32")).toBe("C:\\Windows;D:\\x");
});

test.runIf(process.platform === "linux").each(["", ".", "::", "bin:./x:../y"])(
  "a PATH without absolute entries (%j) does not mean the working directory",
  async (searchPath) => {
    const { folder, mark } = plant();
    // As Electron starts xdg-open: execvp(3), in the app's working directory.
    const child = spawn("xdg-mime", ["--version"], {
      cwd: folder,
      stdio: "ignore",
      env: { PATH: absoluteEntries(searchPath) },
    });
    await new Promise((resolve) => child.once("error", resolve).once("exit", resolve)); // xdg-open may not be installed
    expect(existsSync(mark)).toBe(false);
    expect(absoluteEntries(searchPath).split(":")).toContain("/usr/bin");
  },
);

test("the command of a desktop entry is an absolute path, or found by absolute entries of PATH", async () => {
  const { folder, mark } = plant();
  vi.stubEnv("HOME", folder); // browsers start in HOME, so a relative entry would mean this folder
  const data = path.join(folder, "data");
  mkdirSync(path.join(data, "applications"), { recursive: true });
  const browser = path.join(folder, "planted-browser");
  writeFileSync(browser, `#!/bin/sh\necho browser >> ${mark}\n`, { mode: 0o755 });
  const entry = (id: string, exec: string) =>
    writeFileSync(
      path.join(data, `applications/${id}.desktop`),
      `[Desktop Entry]\nType=Application\nName=B\nExec=${exec} %U\nMimeType=x-scheme-handler/https;\n`,
    );
  entry("bare", "planted-browser");
  entry("relative", "./planted-browser");
  entry("absolute", browser);
  const env = { XDG_DATA_HOME: data, XDG_DATA_DIRS: "/nowhere", HOME: folder };
  const open = (id: string, PATH: string) =>
    openInInstalled(`${id}.desktop`, "https://example.org/", { ...env, PATH });
  for (const PATH of ["", ".", "::", "bin:."]) {
    expect(await open("bare", PATH)).toBe(false);
    expect(await open("relative", PATH)).toBe(false);
  }
  expect(existsSync(mark)).toBe(false);
  expect(programInPath("planted-browser", `.:${folder}`)).toBe(browser);
  expect(await open("absolute", "")).toBe(true);
  await vi.waitUntil(() => existsSync(mark), { timeout: 20_000 });
});
