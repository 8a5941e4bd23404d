// @ts-check
/** Profiles with any number of sign-ins, written by the app's vault code under the session's keyring. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { electronPath, isRoot, newProfile } from "../support/app.mjs";
import { bundled } from "./programs.mjs";

const { productName } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../package.json"), "utf8"),
);
const program = bundled("seed");

/**
 * The file with the sandbox's port names the given provider, which takes the sandbox's place.
 * @param {number} count of sign-ins @param {{ port: number, origin: string }} provider
 * @param {{ lifeMs: number, endsInMs?: number, usedMs?: number, endingEvery?: number }} tokens their lifetime, in all
 * and from now on; `usedMs`, `endingEvery`: their age (`usedOf`)
 * @returns {Promise<{ profile: string, grant: { client: string, key: string } }>}
 */
export async function seededProfile(count, { port, origin }, tokens) {
  const { lifeMs, endsInMs = lifeMs, usedMs = 0, endingEvery = 0 } = tokens;
  const profile = newProfile();
  mkdirSync(path.join(profile, "sandbox"), { mode: 0o700 });
  writeFileSync(path.join(profile, "sandbox/port.json"), JSON.stringify({ port }));
  const args = [await program, `--user-data-dir=${profile}`, "--disable-gpu"];
  const child = spawn(electronPath, [...args, ...(isRoot ? ["--no-sandbox"] : [])], {
    env: {
      ...process.env,
      SEED: JSON.stringify({ count, origin, lifeMs, endsInMs, usedMs, endingEvery, appName: productName }),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  await new Promise((resolve) => child.once("close", resolve));
  const [, grant] = /SEEDED (.*)/.exec(output) ?? [];
  if (grant === undefined) throw new Error(`the vault was not filled: ${output}`);
  return { profile, grant: JSON.parse(grant) };
}
