/**
 * The installed browsers, read from their desktop entries (Desktop Entry Specification 1.5). The user may choose one,
 * because a bot's account is often signed in to another browser than the user's own. On other systems only the default
 * is offered.
 */
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { BrowserView } from "../../contract/views/provider.ts";
import { isLoopbackHost } from "../../core/loopback.ts";
import { programInPath } from "./programs.ts";

interface Browser extends BrowserView {
  /** Program and arguments; `%u` is replaced by the URL. */
  readonly exec: readonly string[];
}

/**
 * The folders with desktop entries (XDG Base Directory Specification): the user's entries override those of the system.
 */
function folders(env: NodeJS.ProcessEnv): readonly string[] {
  const { XDG_DATA_HOME: own = "", XDG_DATA_DIRS: shared = "" } = env;
  const all = [
    own === "" ? path.join(homedir(), ".local/share") : own,
    ...(shared === "" ? "/usr/local/share:/usr/share" : shared).split(":"),
  ];
  return all.filter((folder) => path.isAbsolute(folder)).map((folder) => path.join(folder, "applications"));
}

/** Desktop Entry Specification §6: text in double quotes is one argument; a backslash escapes the next character. */
const argumentsOf = (exec: string): readonly string[] =>
  [...exec.replaceAll("\\\\", "\\").matchAll(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g)].map(([word]) =>
    word.replace(/"((?:\\.|[^"\\])*)"/g, (_all, quoted: string) => quoted.replace(/\\(.)/g, "$1")),
  );

/** Undefined: the entry is no browser, or hidden. */
function readEntry(id: string, text: string): Browser | undefined {
  const [, entry = ""] = /^\[Desktop Entry\]\n([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(text) ?? [];
  const value = (key: string): string => new RegExp(`^${key} *= *(.*)$`, "m").exec(entry)?.[1]?.trim() ?? "";
  const hidden = value("Hidden") === "true" || value("NoDisplay") === "true";
  if (hidden || !value("MimeType").split(";").includes("x-scheme-handler/https")) return undefined;
  const exec = argumentsOf(value("Exec"));
  const name = value("Name");
  return name === "" || exec.length === 0 ? undefined : { id, name, exec };
}

/** Empty on other systems than Linux. */
async function readBrowsers(env: NodeJS.ProcessEnv): Promise<readonly Browser[]> {
  if (process.platform !== "linux") return [];
  const found = new Map<string, Browser | undefined>();
  for (const folder of folders(env)) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((one) => one.endsWith(".desktop"))) {
      if (found.has(name)) continue;
      const text = await readFile(path.join(folder, name), "utf8").catch(() => "");
      found.set(name, readEntry(name, text.replaceAll("\r\n", "\n")));
    }
  }
  return [...found.values()]
    .filter((one) => one !== undefined)
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/**
 * The URL that a browser is opened with: an `https` page or a page of this computer, as the URL standard writes it.
 * Undefined: any other URL, which could start another program.
 */
export function pageAddress(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { href, protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname)) ? href : undefined;
}

/** The browsers that the user can choose from. */
export async function installedBrowsers(env = process.env): Promise<readonly BrowserView[]> {
  return (await readBrowsers(env)).map(({ id, name }) => ({ id, name }));
}

/** Opens a page in the browser of this id. False: the browser is no longer installed, or did not start. */
export async function openInInstalled(id: string, url: string, env = process.env): Promise<boolean> {
  const browser = (await readBrowsers(env)).find((one) => one.id === id);
  if (browser === undefined) return false;
  const [command = "", ...rest] = browser.exec
    .map((word) =>
      word.replace(/%(.)/g, (_all, code: string) => (/[uUfF]/.test(code) ? url : code === "%" ? "%" : "")),
    )
    .filter((word) => word !== "");
  const program = programInPath(command, env["PATH"] ?? "");
  if (program === undefined) return false;
  // Electron has set these variables for itself.
  const { CHROME_DESKTOP: _ours, ORIGINAL_XDG_CURRENT_DESKTOP: desktop, ...others } = env;
  const childEnv = desktop === undefined ? others : { ...others, XDG_CURRENT_DESKTOP: desktop };
  return new Promise((resolve) => {
    const child = spawn(program, rest, { detached: true, stdio: "ignore", cwd: homedir(), env: childEnv });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
