// @ts-check
/** The system packages of Electron and of the tests, by their names in Debian and Ubuntu. */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const PACKAGES = [
  "dbus",
  "fonts-dejavu-core",
  "fonts-inter",
  "gnome-keyring",
  "iproute2",
  "libasound2",
  "libgbm1",
  "libgtk-3-0",
  "libnss3",
  "libsecret-1-0",
  "xauth",
  "xclip",
  "xvfb",
];
/** Programs that the tests use. */
const FOR_TESTS = [
  "chromium", // a default browser
  "curl",
  "fish",
  "libglib2.0-bin", // `xdg-open` on GNOME is its `gio open`
  "obs-studio",
  "perl",
  "python3",
  "x11-utils", // `xwininfo` lists the windows
  "xdg-utils",
  "zsh",
];

/** @param {string} name */
function installed(name) {
  // Ubuntu 24.04 renamed some packages: "libgtk-3-0t64".
  return [name, `${name}t64`].some((candidate) => {
    const { stdout } = spawnSync("dpkg-query", ["-W", "-f=${Status}", candidate], { encoding: "utf8" });
    return stdout.includes("install ok installed");
  });
}

/**
 * Installs missing packages when run by root; otherwise prints the command and exits with 1.
 * @param {{ forTests?: boolean }} [options]
 */
export function ensureSystemPackages({ forTests = false } = {}) {
  if (process.platform !== "linux") return;
  if (!existsSync("/usr/bin/dpkg-query")) {
    console.error("Not Debian or Ubuntu: the system's packages are not checked. See docs/development.md.");
    return;
  }
  const wanted = forTests ? [...PACKAGES, ...FOR_TESTS] : PACKAGES;
  const missing = wanted.filter((name) => !installed(name));
  if (missing.length === 0) return;
  const install = ["apt-get", "install", "-y", "--no-install-recommends", ...missing];
  if (process.getuid?.() !== 0) {
    console.error(`System packages are missing. Install them, then try again:\n  sudo ${install.join(" ")}`);
    process.exit(1);
  }
  console.error(`Installing system packages: ${missing.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const run = (/** @type {string[]} */ [command = "", ...args]) =>
    spawnSync(command, args, { env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  let answer = run(install);
  if (answer.status !== 0) {
    run(["apt-get", "update"]); // a fresh image has no package lists
    answer = run(install);
  }
  if (answer.status !== 0) {
    console.error(answer.stdout + answer.stderr);
    console.error(`The installation failed. The command was: ${install.join(" ")}`);
    process.exit(1);
  }
}

/** @param {string} display */
const socketOf = (display) => `/tmp/.X11-unix/X${/^(?:unix)?:(\d+)/.exec(display)?.[1] ?? ""}`;
/** Whether a display can show a window. */
export function hasDisplay() {
  if (process.platform !== "linux") return true;
  if (process.env["WAYLAND_DISPLAY"]) return true;
  const display = process.env["DISPLAY"];
  if (!display) return false;
  if (!/^(?:unix)?:/.test(display)) return true; // a display of another computer
  return existsSync(socketOf(display)) && statSync(socketOf(display)).isSocket();
}
