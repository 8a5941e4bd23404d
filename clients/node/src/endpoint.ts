/** Where Tokenkeep listens (docs/socket-protocol.md §1). */
import { lstatSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import path from "node:path";

/** A folder that was looked at, and what was found there. */
export interface Place {
  readonly folder: string;
  /** `refused`: the system does not let us look, as a sandbox (snap, Flatpak) does. */
  readonly found: "announced" | "not_running" | "missing" | "not_ours" | "refused";
}
export interface Located {
  readonly endpoint: string;
  /** Empty where the endpoint was given. In the order in which they were looked at. */
  readonly places: readonly Place[];
}
/** The user as the system reports it, not the environment variables. */
export interface System {
  /** Undefined on Windows. */
  readonly uid: number | undefined;
  readonly home: string;
  /** Where systemd keeps the runtime folders of users. */
  readonly runUser: string;
}

const OTHERS = 0o077;
const system = (): System => ({
  uid: process.getuid?.(),
  home: homeOf(),
  runUser: "/run/user",
});
/** By the user database: HOME is another one inside a snap. */
function homeOf(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homedir(); // a user without an entry, as in some containers
  }
}

/** The folders that Tokenkeep may have, the likeliest first. */
function candidates(env: NodeJS.ProcessEnv, { uid, home, runUser }: System): readonly string[] {
  const set = (name: string): readonly string[] => (env[name] ? [env[name]] : []); // empty counts as unset
  const homes = [...set("HOME"), ...set("SNAP_REAL_HOME"), home];
  return [
    ...new Set([
      ...set("XDG_RUNTIME_DIR").map((folder) => path.join(folder, "tokenkeep")),
      // Not set for cron and systemd's system units; a folder below it inside a snap and Flatpak.
      ...(uid === undefined ? [] : [path.join(runUser, String(uid), "tokenkeep")]),
      ...homes.map((folder) => path.join(folder, ".local/state/tokenkeep/run")),
    ]),
  ];
}

/** Only a folder that is the user's alone is read: what another user puts there could be a trap. */
function look(folder: string, uid: number | undefined): { found: Place["found"]; endpoint?: string } {
  try {
    const stat = lstatSync(folder);
    const ours = uid === undefined || (stat.uid === uid && (stat.mode & OTHERS) === 0);
    if (!stat.isDirectory() || !ours) return { found: "not_ours" };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { found: code === "EACCES" || code === "EPERM" ? "refused" : "missing" };
  }
  try {
    const text = readFileSync(path.join(folder, "endpoint.json"), "utf8");
    const { endpoint } = JSON.parse(text) as { endpoint?: unknown };
    if (typeof endpoint === "string") return { found: "announced", endpoint };
  } catch {
    // Not announced: it does not run, or is about to.
  }
  return { found: "not_running" };
}

/**
 * `TOKENKEEP_ENDPOINT`, else the first place where a running Tokenkeep has announced itself, else where it would be.
 */
export function locate(env: NodeJS.ProcessEnv = process.env, on: System = system()): Located {
  const named = env["TOKENKEEP_ENDPOINT"] ?? "";
  if (named !== "") return { endpoint: named, places: [] };
  const places: Place[] = [];
  for (const folder of candidates(env, on)) {
    const { found, endpoint } = look(folder, on.uid);
    places.push({ folder, found });
    if (endpoint !== undefined) return { endpoint, places };
  }
  const likeliest = places.find(({ found }) => found === "not_running") ?? places[0];
  return { endpoint: path.join(likeliest?.folder ?? "", "tokenkeep.sock"), places };
}

/** As `locate`, the endpoint alone. */
export const findEndpoint = (env: NodeJS.ProcessEnv = process.env): string => locate(env).endpoint;

const FOUND: Record<Place["found"], string> = {
  announced: "nobody answers",
  not_running: "nothing there",
  missing: "no such folder",
  not_ours: "not this user's alone",
  refused: "access refused",
};
/** The places that were looked at, for people: empty where none was. */
export const placesText = (places: readonly Place[]): string =>
  places.map(({ folder, found }) => `${folder} (${FOUND[found]})`).join(", ");
