// @ts-check
/**
 * The packaged binary starts, seals and shows. Its fuses forbid a debugger for main, so it is driven through the
 * window's own port.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { copied, isRoot, newProfile, newRuntimeFolder } from "../support/app.mjs";

const folder = path.join(import.meta.dirname, "../../release/linux-unpacked");
const binary = path.join(folder, "tokenkeep");
const profile = newProfile();
const runtime = newRuntimeFolder();
const child = spawn(
  binary,
  [
    "--disable-gpu",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    ...(isRoot ? ["--no-sandbox"] : []),
  ],
  { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, XDG_RUNTIME_DIR: runtime } },
);
/**
 * The packaged command line, with no display to show anything on.
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
  await page.getByText(/sealed by GNOME Keyring/).waitFor();
  await page.getByRole("button", { name: "Start the sandbox" }).click(); // its process, the vault and the socket's thread
  await page.getByRole("heading", { name: "Sign in at Sandbox" }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("link", { name: "Tools" }).first().click();
  await page.getByText(/tokenkeep\.sock/).waitFor();
  assert.match(readFileSync(path.join(profile, "vault/envelope.json"), "utf8"), /gnome_libsecret/);
  assert.equal(
    readdirSync(path.join(profile, "vault/records")).filter((name) => name.endsWith(".json")).length,
    1,
  );
  // The command line is the same binary (ADR 0014): a tool of the app, without a key in any file.
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

// Fuses: neither a script nor a debugger gets into the binary.
const asNode = spawnSync(binary, ["-e", "console.log('in')"], {
  env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", XDG_RUNTIME_DIR: newRuntimeFolder() },
  encoding: "utf8",
  timeout: 3_000,
});
assert.doesNotMatch(asNode.stdout, /^in$/m);
const packed = readFileSync(path.join(folder, "resources/app.asar"), "latin1");
assert.doesNotMatch(packed, /\/admin\/faults/);
writeFileSync(path.join(process.env["TOKENKEEP_OUTPUT"] ?? "/tmp", "packaged.txt"), "ok\n");
console.error("the packaged app starts, seals and shows");
process.exit(0);
