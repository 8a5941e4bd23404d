/** Second starts, links and odd profiles, in the real app: no argument of a start ends or stalls the running app. */
import { expect, test } from "@playwright/test";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { appArguments, electronPath, newProfile, newRuntimeFolder, startApp } from "../support/app.mjs";
import { family } from "../support/leaks.ts";

/** Starts the app without a driver; `ended` resolves with its exit code and its stderr. */
function begin(
  profile: string,
  runtime: string,
  more: readonly string[] = [],
  options: { cwd?: string; env?: Record<string, string> } = {},
) {
  const child = spawn(electronPath, appArguments(profile, [...more]), {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...process.env, XDG_RUNTIME_DIR: runtime, ...options.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  return {
    child,
    output: () => output,
    ended: once(child, "close").then(([code]) => ({ code: code as number | null, output })),
  };
}
const alive = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;
const logged = (profile: string): string =>
  readdirSync(path.join(profile, "logs"))
    .map((name) => readFileSync(path.join(profile, "logs", name), "utf8"))
    .join("");

test("the running app survives any second start, and gets the link that the start was given", async () => {
  test.setTimeout(120_000);
  const { app, page, profile, runtime } = await startApp();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  const first = app.process();
  const windows = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  const starts = (more: readonly string[], options = {}) => begin(profile, runtime, more, options).ended;

  // The stopped app does not answer; Chromium's own lock would let a second start end it.
  first.kill("SIGSTOP");
  const whileItHangs = starts(["app.tokenkeep:while-it-hangs"]);
  for (const length of [48_000, 120_000]) {
    const { code, output } = await starts([`app.tokenkeep:${"x".repeat(length)}`]);
    expect(output).toContain("This link is too long");
    expect(code).toBe(2);
  }
  expect(await whileItHangs).toMatchObject({ code: 1 });
  expect((await whileItHangs).output).toContain("isn't responding");
  expect(alive(first)).toBe(true);
  first.kill("SIGCONT");
  await expect.poll(() => logged(profile).split("door.refused").length - 1).toBe(1); // the app got the link after it went on

  const longFolder = path.join(
    mkdtempSync(path.join(tmpdir(), "tk-cwd-")),
    "x".repeat(200),
    "y".repeat(200),
    "z".repeat(200),
  );
  mkdirSync(longFolder, { recursive: true });
  const odd = await Promise.all([
    starts([
      "app.tokenkeep:many",
      ...Array.from({ length: 5_000 }, (_, at) => `argument-${String(at)}-${"x".repeat(20)}`),
    ]),
    starts(["app.tokenkeep:environment"], { env: { LARGE: "x".repeat(120_000) } }),
    starts(["app.tokenkeep:folder"], { cwd: longFolder }),
    starts([]),
    starts(["--hidden"]),
  ]);
  expect(odd.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  for (const { output } of odd) expect(output).toContain("Tokenkeep is running already.");
  await expect.poll(() => logged(profile).split("door.refused").length - 1).toBe(4);
  expect(alive(first)).toBe(true);
  expect(await windows()).toBe(1);
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await app.close();
});

test("main alone holds the profile's lock, until it ends, even if the temporary folder is emptied", async () => {
  test.setTimeout(120_000);
  const temporary = mkdtempSync(path.join(tmpdir(), "tk-tmp-"));
  const { app, page, profile, runtime } = await startApp({ env: { TMPDIR: temporary } });
  await page.getByRole("button", { name: "Start the sandbox" }).click(); // starts the sandbox's process and a second window
  await page.getByRole("heading", { name: "Sign in to Sandbox" }).waitFor();
  const first = app.process();
  const holds = (pid: number) =>
    readdirSync(`/proc/${String(pid)}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${String(pid)}/fd/${fd}`).includes("start.lock");
      } catch {
        return false;
      }
    });
  const holders = family(first.pid ?? 0)
    .map(({ pid }) => pid)
    .filter(holds);
  expect(holders).toEqual([first.pid]);
  expect(JSON.parse(readFileSync(path.join(profile, "start.lock"), "utf8"))).toMatchObject({
    pid: first.pid,
  });

  // As a clean-up of the temporary folder does; and without the files of Chromium's own lock.
  for (const name of readdirSync(temporary))
    rmSync(path.join(temporary, name), { recursive: true, force: true });
  for (const name of readdirSync(profile).filter((one) => one.startsWith("Singleton")))
    rmSync(path.join(profile, name), { force: true });
  const second = begin(profile, runtime, [], { env: { TMPDIR: temporary } });
  expect(await second.ended).toMatchObject({ code: 0 });
  expect(alive(first)).toBe(true);

  // A killed app leaves no lock behind that would keep the next one out.
  const gone = once(first, "exit");
  first.kill("SIGKILL");
  await gone;
  const third = await startApp({ profile, runtime });
  await third.page.getByRole("link", { name: "Add Twitch account" }).waitFor();
  await third.app.close();
});

for (const [name, prepare, sentence] of [
  [
    "a file in the way of the profile",
    (profile: string) => writeFileSync(profile, "kept"),
    "a file is in the way",
  ],
  [
    "a folder in the way of the lock",
    (profile: string) => mkdirSync(path.join(profile, "start.lock"), { recursive: true }),
    "isn't a regular file",
  ],
] as const)
  test(`${name} is reported as such in a window, with exit code 1, and never as “running already”`, async () => {
    const profile = path.join(mkdtempSync(path.join(tmpdir(), "tk-odd-")), "profile");
    prepare(profile);
    const started = begin(profile, newRuntimeFolder());
    const windows = () => execFileSync("xwininfo", ["-root", "-tree"], { encoding: "utf8" });
    await expect.poll(windows).toMatch(/"Tokenkeep"/);
    await expect.poll(started.output).toContain(sentence);
    expect(started.output()).toContain(profile);
    expect(started.output()).not.toContain("running already");
    started.child.kill("SIGTERM");
    expect((await started.ended).code).toBe(1);
    if (name.startsWith("a file")) expect(readFileSync(profile, "utf8")).toBe("kept");
    else expect(readdirSync(profile)).toEqual(["start.lock"]);
    // Without a display the sentence on stderr and the exit code report it.
    const blind = begin(profile, newRuntimeFolder(), [], { env: { DISPLAY: "", WAYLAND_DISPLAY: "" } });
    expect(await blind.ended).toMatchObject({ code: 1 });
    expect(blind.output()).toContain(sentence);
  });

test("a start while the first instance quits waits, and then runs", async () => {
  test.setTimeout(60_000);
  const profile = newProfile();
  const runtime = newRuntimeFolder();
  const announced = () => existsSync(path.join(runtime, "tokenkeep/endpoint.json"));
  const first = begin(profile, runtime, ["--hidden"]);
  await expect.poll(announced).toBe(true);
  first.child.kill("SIGTERM");
  const second = begin(profile, runtime, ["--hidden"]);
  expect((await first.ended).code).toBe(0);
  await expect.poll(announced).toBe(true);
  expect(alive(second.child)).toBe(true);
  second.child.kill("SIGTERM");
  await second.ended;
});
