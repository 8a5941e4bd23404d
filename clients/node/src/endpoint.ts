/** Finds the endpoint on which Tokenkeep listens (docs/socket-protocol.md §1). */
import { lstatSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import path from "node:path";

/** A searched folder and its contents. */
export interface Place {
  readonly folder: string;
  /**
   * `announced`: the folder names an endpoint. `not_ours`: other users have access to the folder. `refused`: the system
   * denies access, as a sandbox (snap, Flatpak) does.
   */
  readonly found: "announced" | "not_running" | "missing" | "not_ours" | "refused";
}
export interface Located {
  readonly endpoint: string;
  /** The searched folders in order; empty when the endpoint was given. */
  readonly places: readonly Place[];
}
/** Facts about the user from the operating system, independent of environment variables. */
export interface System {
  /** Undefined on Windows. */
  readonly uid: number | undefined;
  readonly home: string;
  /** The parent of systemd's runtime folders for users. */
  readonly runUser: string;
}

const OTHERS = 0o077;
const system = (): System => ({
  uid: process.getuid?.(),
  home: homeOf(),
  runUser: "/run/user",
});
/** The home folder in the user database, because HOME names another folder inside a snap. */
function homeOf(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homedir(); // the user has no entry in the database, as in some containers
  }
}

/** The folders in which Tokenkeep may announce itself, the likeliest first. */
function candidates(env: NodeJS.ProcessEnv, { uid, home, runUser }: System): readonly string[] {
  const valueOf = (name: string): readonly string[] => (env[name] ? [env[name]] : []); // an empty value counts as unset
  const homes = [...valueOf("HOME"), ...valueOf("SNAP_REAL_HOME"), home];
  return [
    ...new Set([
      ...valueOf("XDG_RUNTIME_DIR").map((folder) => path.join(folder, "tokenkeep")),
      // XDG_RUNTIME_DIR is unset for cron and systemd's system units, and names a subfolder inside a snap or Flatpak.
      ...(uid === undefined ? [] : [path.join(runUser, String(uid), "tokenkeep")]),
      ...homes.map((folder) => path.join(folder, ".local/state/tokenkeep/run")),
    ]),
  ];
}

/** Reads the endpoint in a folder to which only this user has access: other users could announce a false endpoint. */
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
    // No announcement: Tokenkeep is not running, or is still starting.
  }
  return { found: "not_running" };
}

/** Returns `TOKENKEEP_ENDPOINT`, else the endpoint that the first folder announces, else the likeliest endpoint. */
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

/** Returns only the endpoint of `locate`. */
export const findEndpoint = (env: NodeJS.ProcessEnv = process.env): string => locate(env).endpoint;

const FOUND: Record<Place["found"], string> = {
  announced: "nobody answers",
  not_running: "nothing there",
  missing: "no such folder",
  not_ours: "not this user's alone",
  refused: "access refused",
};
/** The searched folders and their contents as text for people; empty when none was searched. */
export const placesText = (places: readonly Place[]): string =>
  places.map(({ folder, found }) => `${folder} (${FOUND[found]})`).join(", ");
