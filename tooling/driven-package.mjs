// @ts-check
/**
 * The package for release, and a copy that the smoke test can drive: its main permits Chromium's debugging port. The copy
 * differs by a string of the same length in the archive, so nothing is built or packed twice.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** The string in main/electron/index.ts. */
export const NO_SWITCH = "no switch for the tests.";
export const TEST_SWITCH = "--remote-debugging-port=";

/** @param {string} folder an unpacked package @returns {string} the folder of the one that can be driven */
export function makeDrivenPackage(folder) {
  const driven = `${folder}-driven`;
  rmSync(driven, { recursive: true, force: true });
  const copied = spawnSync("/bin/cp", ["-al", folder, driven], { encoding: "utf8" });
  if (copied.status !== 0) throw new Error(copied.stderr);
  const archive = path.join(driven, "resources/app.asar");
  const packed = readFileSync(archive, "latin1"); // one character for each byte, so that writing restores every byte
  if (NO_SWITCH.length !== TEST_SWITCH.length || !packed.includes(`"${NO_SWITCH}"`))
    throw new Error("the archive has no place for the switch of the tests");
  rmSync(archive);
  writeFileSync(archive, packed.replaceAll(`"${NO_SWITCH}"`, `"${TEST_SWITCH}"`), "latin1");
  return driven;
}
