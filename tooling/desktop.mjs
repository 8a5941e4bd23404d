// @ts-check
/**
 * A virtual desktop: a display, a session bus of its own and an unlocked keyring. Root runs the programs as an ordinary
 * user, because the tests need Chromium's sandbox.
 */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "..");
const USER = "tokenkeep-test";

/** @param {string} command @param {string[]} args */
const quiet = (command, args) => spawnSync(command, args, { encoding: "utf8" });

function makeUser() {
  if (quiet("id", ["-u", USER]).status === 0) return;
  console.error(
    `Creating the user ${USER}: the tests need Chromium's sandbox, which does not work for root.`,
  );
  const made = quiet("useradd", ["--create-home", "--shell", "/bin/bash", USER]);
  if (made.status !== 0) throw new Error(made.stderr);
}

/** The checkout itself, or a copy that the user can read. */
function readableCheckout() {
  const probe = path.join(ROOT, "node_modules/electron/dist/electron");
  if (quiet("runuser", ["-u", USER, "--", "test", "-x", probe]).status === 0) return { folder: ROOT };
  const copy = mkdtempSync(path.join(tmpdir(), "tokenkeep-checkout-"));
  chmodSync(copy, 0o755);
  console.error(`${USER} cannot read this folder; using a copy in ${copy}.`);
  for (const name of [
    "node_modules",
    "out",
    "tests",
    "tooling",
    "resources",
    "clients",
    "contract",
    "core",
    "main",
    "renderer",
    "sandbox",
    "release",
  ]) {
    if (!existsSync(path.join(ROOT, name))) continue;
    if (quiet("cp", ["-al", path.join(ROOT, name), copy]).status !== 0)
      quiet("cp", ["-a", path.join(ROOT, name), copy]);
  }
  for (const name of [
    "package.json",
    "playwright.config.ts",
    "svelte.config.js",
    "tsconfig.json",
    "tsconfig.base.json",
  ])
    cpSync(path.join(ROOT, name), path.join(copy, name));
  return { folder: copy, remove: () => rmSync(copy, { recursive: true, force: true }) };
}

/** Whether a desktop can have a network of its own. Two desktops on one network would use the same fixed ports. */
export const canBeAlone = () => quiet("unshare", ["-n", "ip", "link", "set", "lo", "up"]).status === 0;
const ALONE = ["unshare", "-n", "bash", "-c", 'ip link set lo up && exec "$@"', "bash"];
/** Routes every address to this computer, and lets an ordinary user listen on every port. */
const CAUGHT = [
  ...["unshare", "-n", "bash", "-c"],
  'ip link set lo up && ip route add local default dev lo && ip -6 route add local default dev lo && echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start && exec "$@"',
  "bash",
];

/**
 * Runs `node …args` on a virtual desktop. Files that it writes to the folder `TOKENKEEP_OUTPUT` are copied to `output`.
 * @param {string[]} args relative to the checkout
 * @param {{ output: string, env?: Record<string, string>, alone?: boolean, caught?: boolean, stdio?: import("node:child_process").StdioOptions }} options
 * `alone`: with a network of its own, for which `canBeAlone` must hold. `caught`: the same, and connections to any address
 * arrive at this computer (tests/e2e/support/network-sink.mjs).
 * @returns {Promise<number>} the exit code
 */
export async function onDesktop(
  args,
  { output, env = {}, alone = false, caught = false, stdio = "inherit" },
) {
  const asUser = process.getuid?.() === 0;
  if (asUser) makeUser();
  const checkout = asUser ? readableCheckout() : { folder: ROOT };
  const scratch = mkdtempSync(path.join(tmpdir(), "tk-"));
  const runtime = path.join(scratch, "run");
  const outputs = path.join(scratch, "out");
  const home = path.join(scratch, "home"); // holds the keyring's file
  for (const folder of [runtime, outputs, home]) mkdirSync(folder, { mode: 0o700 });
  if (asUser) quiet("chown", ["-R", `${USER}:`, scratch]);
  const session = `
    export XDG_CURRENT_DESKTOP=GNOME XDG_RUNTIME_DIR="$1" TOKENKEEP_OUTPUT="$2" TMPDIR="$2/tmp"
    mkdir -p "$TMPDIR"
    shift 2
    # Seen once: a keyring that ran, and had not unlocked itself. What is tested could only say that it is failing.
    for again in "" --replace --replace; do
      printf '\\n' | gnome-keyring-daemon $again --unlock --components=secrets >/dev/null 2>&1
      for wait in $(seq 50); do
        test -e "$HOME/.local/share/keyrings/login.keyring" && exec "$@"
        sleep 0.1
      done
      echo "The keyring of this desktop did not unlock itself." >&2
    done
    exit 1`;
  const desktop = [
    ...["bash", "tooling/display.sh", "dbus-run-session", "--"],
    ...["bash", "-c", session, "bash", runtime, outputs, process.execPath, ...args],
  ];
  const onDisplay = asUser ? ["runuser", "-u", USER, "--", ...desktop] : desktop;
  const [command = "", ...rest] = caught
    ? [...CAUGHT, ...onDisplay]
    : alone
      ? [...ALONE, ...onDisplay]
      : onDisplay;
  const child = spawn(command, rest, {
    cwd: checkout.folder,
    stdio,
    env: {
      PATH: process.env["PATH"] ?? "",
      LANG: "C.UTF-8",
      HOME: home,
      ...(caught && { TOKENKEEP_CAUGHT: "1" }),
      ...(process.env["CI"] !== undefined && { CI: process.env["CI"] }),
      ...env,
    },
  });
  const code = await new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on("exit", (status) => resolve(status ?? 1));
  });
  mkdirSync(output, { recursive: true });
  const temporary = path.join(outputs, "tmp");
  cpSync(outputs, output, { recursive: true, filter: (from) => from !== temporary });
  if (asUser) quiet("chown", ["-R", "root:", output]);
  // A process that is ending may still write.
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  checkout.remove?.();
  return code;
}
