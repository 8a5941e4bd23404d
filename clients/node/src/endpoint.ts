/** Where Tokenkeep listens (docs/socket-protocol.md §1). */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** The folder of socket and announcement: per user, and never /tmp, where names can be taken by others. */
export function runtimeFolder(env: NodeJS.ProcessEnv = process.env): string {
  const runtime = env["XDG_RUNTIME_DIR"] ?? ""; // empty counts as unset (XDG Base Directory Specification)
  return runtime === ""
    ? path.join(homedir(), ".local/state/tokenkeep/run")
    : path.join(runtime, "tokenkeep");
}

/** `TOKENKEEP_ENDPOINT`, else what a running Tokenkeep has announced, else the one place where it would be. */
export function findEndpoint(env: NodeJS.ProcessEnv = process.env): string {
  const named = env["TOKENKEEP_ENDPOINT"] ?? "";
  if (named !== "") return named;
  const folder = runtimeFolder(env);
  try {
    const { endpoint } = JSON.parse(readFileSync(path.join(folder, "endpoint.json"), "utf8")) as {
      endpoint?: unknown;
    };
    if (typeof endpoint === "string") return endpoint;
  } catch {
    // Not announced: it does not run, or is about to.
  }
  return path.join(folder, "tokenkeep.sock");
}
