/** Each step between this command line and a token, and which of them fails. */
import { lstat } from "node:fs/promises";
import path from "node:path";
import { findEndpoint } from "../clients/node/src/endpoint.ts";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import { fromEnvironment } from "../clients/node/src/store.ts";
import { print, STORE_FILE, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { version } from "./help.ts";
import { say, sayFailure } from "./say.ts";

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
}
/** What works without its person, or soon will. */
const WELL = ["signed_in", "expiring", "refreshing", "reminting"];

export async function run(context: Context): Promise<number> {
  const checks = await examine(context);
  if (context.json) print(JSON.stringify({ version, checks }));
  else for (const { ok, text } of checks) print(`${ok ? "✓" : "✗"} ${text}`);
  return checks.every(({ ok }) => ok) ? EXIT.ok : EXIT.bug;
}

async function examine(context: Context): Promise<readonly Check[]> {
  const endpoint = findEndpoint();
  const checks: Check[] = [
    { name: "program", ok: true, text: say("doctor.program", { version, node: process.versions.node }) },
    await folderOf(endpoint),
  ];
  try {
    const stored = fromEnvironment() === undefined ? STORE_FILE() : say("doctor.environment");
    const keep = await context.keep();
    checks.push({ name: "key", ok: true, text: say("doctor.key", { file: stored }) });
    const accounts = await keep.accounts();
    keep.close();
    checks.push({ name: "proof", ok: true, text: say("doctor.proof", { endpoint }) });
    for (const { login, status } of accounts)
      checks.push({
        name: "account",
        ok: WELL.includes(status),
        text: say("doctor.account", { login, status }),
      });
    if (accounts.length === 0) checks.push({ name: "account", ok: false, text: say("doctor.noAccount") });
  } catch (error) {
    const code = error instanceof TokenkeepError ? error.code : "bug";
    checks.push({ name: code, ok: false, text: sayFailure(error, code, {}) });
  }
  return checks;
}

/** As the app demands it: a folder, ours, and shut. */
async function folderOf(endpoint: string): Promise<Check> {
  const folder = path.dirname(endpoint);
  const name = "folder";
  if (process.platform === "win32")
    return { name, ok: true, text: say("doctor.folder", { folder: endpoint }) };
  try {
    const { mode, uid } = await lstat(folder);
    const ok = uid === process.getuid?.() && (mode & 0o077) === 0;
    return { name, ok, text: say(ok ? "doctor.folder" : "doctor.folderOpen", { folder }) };
  } catch {
    return { name, ok: false, text: say("doctor.folderMissing", { folder }) };
  }
}
