/** The start of Tokenkeep's main process, up to 'ready'. A comment stands wherever the order of two calls matters. */
import { app, Menu } from "electron/main";
import { argumentSentence, judgeArguments, linkIn, type Arguments } from "../app/arguments.ts";
import type { StartRequest } from "../app/second-start.ts";
import { readRememberedWindow } from "../window/frame/window-memory.ts";
import { refuseCoreDumps } from "../desktop/core-dumps.ts";
import { absoluteEntries } from "../desktop/programs.ts";
import { hardenApp } from "./hardening.ts";
import { profileFolder, unsandboxed, windowFile } from "./host.ts";
import { registerScheme } from "./network/scheme.ts";
import { endWith, listen, takePlace } from "./place.ts";
import { run } from "./run.ts";
import { choosePasswordStore } from "./system/password-store.ts";

/**
 * A switch that is accepted besides those of the list: none. tests/packaged/smoke.mjs drives a package in which
 * tooling/driven-package.mjs has replaced these bytes by the switch of the debugging port; the same test checks that the
 * released package has no such switch.
 */
const TEST_SWITCH: string = "no switch for the tests.";

const isRoot = process.getuid?.() === 0;

/**
 * Judges the command line. The packaged app accepts only the switches of its list (main/app/arguments.ts). Unpackaged,
 * Electron and its tools add switches of their own, so only a link is judged.
 */
function judgeCommandLine(): Arguments {
  const { argv, env, platform } = process;
  const args = argv.slice(1).filter((argument) => !argument.startsWith(TEST_SWITCH));
  if (app.isPackaged) return judgeArguments(args, env, platform);
  const link = linkIn(argv);
  const judged = judgeArguments(link === undefined ? [] : [link], {}, platform);
  return judged.ok ? { ...judged, hidden: app.commandLine.hasSwitch("hidden") } : judged;
}

async function start(): Promise<void> {
  const judged = judgeCommandLine();
  if (!judged.ok) {
    console.error(argumentSentence(judged));
    return app.exit(2);
  }
  if (unsandboxed && !isRoot) {
    console.error("Tokenkeep runs with Chromium's sandbox on. Start it without --no-sandbox.");
    return app.exit(2); // the code of every refused switch
  }
  const { hidden, link } = judged;
  const folder = profileFolder();
  const wish: StartRequest =
    link !== undefined ? { want: "link", link } : { want: hidden ? "nothing" : "show" };
  const place = await takePlace(folder, wish);
  if (place.kind === "failed") return endWith(place.failure, wish);
  if (place.kind === "handed_on") {
    console.error(
      hidden
        ? "Tokenkeep is running already."
        : "Tokenkeep is running already. It was given what this start was for.",
    );
    return app.exit(0);
  }
  if (unsandboxed)
    console.error("Started as root: Chromium's sandbox is off. Use an ordinary user for real accounts.");
  else app.enableSandbox(); // overrides --no-sandbox for child processes; root cannot start them with the sandbox on
  const waking = listen(folder, place.lock);
  void refuseCoreDumps(process.pid);
  registerScheme();
  hardenApp();
  if (process.platform !== "darwin") Menu.setApplicationMenu(null);
  // Before 'ready', which waits for this module.
  const [remembered] = await Promise.all([readRememberedWindow(windowFile(folder)), choosePasswordStore()]);
  void app.whenReady().then(() => run(place.lock, waking, hidden, remembered)); // not awaited, for the same reason
}

// Electron looks up xdg-open in PATH: entries that mean the working directory are removed.
process.env["PATH"] = absoluteEntries(process.env["PATH"] ?? "");
await start();
