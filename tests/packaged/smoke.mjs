// @ts-check
/**
 * The packaged binary starts, seals and shows its window, connects to no server, and refuses switches that would turn its
 * protections off. Its fuses forbid a debugger, so the test drives a copy whose main permits Chromium's debugging port.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { NO_SWITCH, TEST_SWITCH } from "../../tooling/driven-package.mjs";
import { copied, isRoot, newProfile, newRuntimeFolder } from "../support/app.mjs";
import { canCatch, catchNetwork } from "../e2e/support/network-sink.mjs";

const folder = path.join(import.meta.dirname, "../../release/linux-unpacked");
const binary = path.join(folder, "tokenkeep");
const asRoot = isRoot ? ["--no-sandbox"] : [];
const base = ["--disable-gpu", ...asRoot];

// The longest watch begins first: the released app must connect to no server.
const WATCH_MS = process.env["CAMPAIGN"] === "long" ? 60_000 : 20_000;
const network = canCatch ? await catchNetwork() : undefined;
if (network === undefined)
  console.error("the network of this computer cannot be caught: the app's connections are not watched");
const quietProfile = newProfile();
const quiet = spawn(binary, [...base, `--user-data-dir=${quietProfile}`], {
  stdio: "ignore",
  env: { ...process.env, XDG_RUNTIME_DIR: newRuntimeFolder() },
});
const watchedFromMs = Date.now();

// The same package, but for a switch that lets the test drive it.
const profile = newProfile();
const runtime = newRuntimeFolder();
const child = spawn(
  path.join(`${folder}-driven`, "tokenkeep"),
  [...base, "--remote-debugging-port=0", `--user-data-dir=${profile}`],
  { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, XDG_RUNTIME_DIR: runtime } },
);
/**
 * The packaged command line, without a display.
 * @param {string[]} args @param {Record<string, string>} env
 */
function cli(args, env) {
  const { PATH = "", HOME = "" } = process.env;
  const { status, stdout, stderr } = spawnSync(path.join(folder, "resources/cli/tokenkeep"), args, {
    env: { PATH, HOME, ...env },
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}
try {
  /** @type {string} */
  const endpoint = await new Promise((resolve, reject) => {
    let log = "";
    const timer = setTimeout(() => reject(new Error(`no debugging port:\n${log}`)), 20_000);
    child.stderr.on("data", (chunk) => {
      log += String(chunk);
      const [, url] = /DevTools listening on (ws:\S+)/.exec(log) ?? [];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
  const browser = await chromium.connectOverCDP(endpoint);
  const [context] = browser.contexts();
  assert(context);
  const page = context.pages()[0] ?? (await context.waitForEvent("page"));
  await page
    .getByText(/Encrypted with GNOME Keyring/i)
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Start the sandbox" }).click(); // starts the sandbox's process, and with it the vault and the socket's thread
  await page.getByRole("heading", { name: "Sign in to Sandbox" }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("link", { name: "Tools" }).first().click();
  await page.getByText(/tokenkeep\.sock/).waitFor();
  assert.match(readFileSync(path.join(profile, "vault/envelope.json"), "utf8"), /gnome_libsecret/);
  assert.equal(
    readdirSync(path.join(profile, "vault/records")).filter((name) => name.endsWith(".json")).length,
    1,
  );
  // The command line is the same binary (ADR 0014), here a tool whose key is in no file.
  await page.evaluate('window.tokenkeep["tools.create"]({ name: "smoke" })');
  const tool = Object.fromEntries(
    (await copied(/TOKENKEEP_KEY=/))
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
  assert.deepEqual(cli(["accounts", "--json"], tool), { status: 0, stdout: '{"accounts":[]}\n', stderr: "" });
  assert.equal(cli(["token", "--json"], tool).status, 6);
  assert.deepEqual(cli(["exec", "--", "true"], { XDG_RUNTIME_DIR: runtime, LANG: "C" }).status, 4);
  assert.equal(cli(["--version"], {}).stdout, "0.1.0\n");
  await browser.close();
} finally {
  child.kill();
  if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
}

// Switches and variables that turn protections off are refused by name, before the profile is touched.
const REFUSED = [
  "--remote-debugging-port=0",
  "--remote-debugging-pipe",
  "--remote-allow-origins=*",
  "-remote-debugging-port=0",
  "--js-flags=--expose-gc",
  "--proxy-server=http://127.0.0.1:9",
  "--proxy-pac-url=http://127.0.0.1:9/",
  "--host-resolver-rules=MAP * 127.0.0.1",
  "--ignore-certificate-errors",
  "--ignore-certificate-errors-spki-list=abc",
  "--inspect",
  "--inspect-brk=0",
  "--ssl-key-log-file=/tmp/keys",
  "--log-net-log=/tmp/net-log",
  "--disable-web-security",
  "--renderer-cmd-prefix=/bin/true",
  "--load-extension=/tmp",
  "an-argument",
  `app.tokenkeep:${"x".repeat(48_000)}`,
];
/** @param {string[]} args @param {Record<string, string>} [env] */
async function refused(args, env = {}) {
  const untouched = path.join(path.dirname(newProfile()), `untouched-${String(Math.random()).slice(2)}`);
  const started = spawn(binary, [...base, `--user-data-dir=${untouched}`, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, XDG_RUNTIME_DIR: newRuntimeFolder(), ...env },
    timeout: 30_000,
  });
  let output = "";
  started.stderr.on("data", (chunk) => (output += String(chunk)));
  const [code] = await once(started, "close");
  // Chromium may create an empty folder of that name before the app's code runs.
  return { code, output, touched: existsSync(untouched) && readdirSync(untouched).length > 0 };
}
const waiting = [...REFUSED];
const work = async () => {
  for (let argument = waiting.pop(); argument !== undefined; argument = waiting.pop()) {
    const { code, output, touched } = await refused([argument]);
    const name = argument.startsWith("app.") ? "link is too long" : (argument.split("=")[0] ?? "");
    assert(output.includes(name), `${name} is not named: ${output}`);
    assert.doesNotMatch(output, /DevTools listening|Debugger listening/);
    assert.deepEqual({ name, code, touched }, { name, code: 2, touched: false });
  }
};
await Promise.all([work(), work(), work()]);
const keyLog = await refused([], { SSLKEYLOGFILE: "/tmp/tk-keys" });
assert.match(keyLog.output, /SSLKEYLOGFILE/);
assert.deepEqual([keyLog.code, keyLog.touched], [2, false]);
const beforeCli = spawnSync(binary, ["--remote-debugging-port=0", "--cli", "--", "--version"], {
  encoding: "utf8",
  timeout: 20_000,
});
assert.deepEqual([beforeCli.status, beforeCli.stdout], [2, ""]);

// The fuses keep scripts and debuggers out of the binary.
const asNode = spawnSync(binary, ["-e", "console.log('in')"], {
  env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", XDG_RUNTIME_DIR: newRuntimeFolder() },
  encoding: "utf8",
  timeout: 3_000,
});
assert.doesNotMatch(asNode.stdout, /^in$/m);
const packed = readFileSync(path.join(folder, "resources/app.asar"), "latin1");
assert.doesNotMatch(packed, /\/admin\/faults/);
assert(
  packed.includes(`"${NO_SWITCH}"`) && !packed.includes(TEST_SWITCH),
  "a debugger can drive the released package",
);

// Neither app looked up a name or connected to another computer: the sandbox is on this one.
await new Promise((resolve) => setTimeout(resolve, Math.max(0, watchedFromMs + WATCH_MS - Date.now())));
assert.equal(quiet.exitCode, null);
assert(existsSync(path.join(quietProfile, "logs")), "the watched app did not start");
assert.deepEqual(network?.seen ?? [], []);
network?.close();
quiet.kill();
await once(quiet, "exit");
writeFileSync(path.join(process.env["TOKENKEEP_OUTPUT"] ?? "/tmp", "packaged.txt"), "ok\n");
console.error("the packaged app starts, seals and shows");
process.exit(0);
