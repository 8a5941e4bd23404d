/** `tokenkeep doctor`: checks each step between this command line and a token. */
import { lstat } from "node:fs/promises";
import path from "node:path";
import { findEndpoint } from "../clients/node/src/endpoint.ts";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import { fromEnvironment } from "../clients/node/src/store.ts";
import { credentialsFile, print, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { failureMessage, translate } from "./messages.ts";
import { version } from "./version.ts";

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
}
/** States of a sign-in that need no action of the user. */
const HEALTHY = ["signed_in", "expiring", "refreshing", "reminting"];

/** The folder of the socket has to belong to this user and be closed to all others. */
async function checkFolder(endpoint: string): Promise<Check> {
  const folder = path.dirname(endpoint);
  const name = "folder";
  if (process.platform === "win32")
    return { name, ok: true, text: translate("doctor.folder", { folder: endpoint }) };
  try {
    const { mode, uid } = await lstat(folder);
    const ok = uid === process.getuid?.() && (mode & 0o077) === 0;
    return { name, ok, text: translate(ok ? "doctor.folder" : "doctor.folderOpen", { folder }) };
  } catch {
    return { name, ok: false, text: translate("doctor.folderMissing", { folder }) };
  }
}

async function examine(context: Context): Promise<readonly Check[]> {
  const endpoint = findEndpoint();
  const checks: Check[] = [
    {
      name: "program",
      ok: true,
      text: translate("doctor.program", { version, node: process.versions.node }),
    },
    await checkFolder(endpoint),
  ];
  try {
    const stored = fromEnvironment() === undefined ? credentialsFile() : translate("doctor.environment");
    const tokenkeep = await context.connect();
    checks.push({ name: "key", ok: true, text: translate("doctor.key", { file: stored }) });
    const accounts = await tokenkeep.accounts();
    tokenkeep.close();
    checks.push({ name: "proof", ok: true, text: translate("doctor.proof", { endpoint }) });
    for (const { login, status } of accounts)
      checks.push({
        name: "account",
        ok: HEALTHY.includes(status),
        text: translate(HEALTHY.includes(status) ? "doctor.account" : "doctor.attention", { login, status }),
      });
    if (accounts.length === 0)
      checks.push({ name: "account", ok: false, text: translate("doctor.noAccount") });
  } catch (error) {
    const code = error instanceof TokenkeepError ? error.code : "bug";
    checks.push({ name: code, ok: false, text: failureMessage(error, code, context.command) });
  }
  return checks;
}

export async function run(context: Context): Promise<number> {
  const checks = await examine(context);
  if (context.json) print(JSON.stringify({ version, checks }));
  else for (const { ok, text } of checks) print(`${ok ? "✓" : "✗"} ${text}`);
  return checks.every(({ ok }) => ok) ? EXIT.ok : EXIT.bug;
}
