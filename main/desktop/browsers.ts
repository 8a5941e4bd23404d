/**
 * The browsers of this desktop, as their own entries tell (Desktop Entry Specification 1.5): a bot's account is often
 * signed in where the person's own is not. Other systems have their default alone.
 */
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { BrowserView } from "../../contract/views/provider.ts";
import { isLoopbackHost } from "../../core/loopback.ts";
import { programInPath } from "./programs.ts";

interface Browser extends BrowserView {
  /** Program and arguments; `%u` stands for the address. */
  readonly exec: readonly string[];
}

/** XDG Base Directory Specification: the person's own come before the system's, and take the place of those. */
function folders(env: NodeJS.ProcessEnv): readonly string[] {
  const { XDG_DATA_HOME: own = "", XDG_DATA_DIRS: shared = "" } = env;
  const all = [
    own === "" ? path.join(homedir(), ".local/share") : own,
    ...(shared === "" ? "/usr/local/share:/usr/share" : shared).split(":"),
  ];
  return all.filter((folder) => path.isAbsolute(folder)).map((folder) => path.join(folder, "applications"));
}

/** §6: what stands between double quotes is one argument, and a backslash takes the next character as it is. */
const argumentsOf = (exec: string): readonly string[] =>
  [...exec.replaceAll("\\\\", "\\").matchAll(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g)].map(([word]) =>
    word.replace(/"((?:\\.|[^"\\])*)"/g, (_all, quoted: string) => quoted.replace(/\\(.)/g, "$1")),
  );

/** Undefined: it is no browser, or not to be seen. */
function readEntry(id: string, text: string): Browser | undefined {
  const [, entry = ""] = /^\[Desktop Entry\]\n([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(text) ?? [];
  const value = (key: string): string => new RegExp(`^${key} *= *(.*)$`, "m").exec(entry)?.[1]?.trim() ?? "";
  const hidden = value("Hidden") === "true" || value("NoDisplay") === "true";
  if (hidden || !value("MimeType").split(";").includes("x-scheme-handler/https")) return undefined;
  const exec = argumentsOf(value("Exec"));
  const name = value("Name");
  return name === "" || exec.length === 0 ? undefined : { id, name, exec };
}

async function read(env: NodeJS.ProcessEnv): Promise<readonly Browser[]> {
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
 * The address that a browser is given: `https`, or a page of this computer, as the URL standard writes it. Undefined: no
 * page, and no other program is started by an address.
 */
export function pageAddress(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { href, protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname)) ? href : undefined;
}

export async function installedBrowsers(env = process.env): Promise<readonly BrowserView[]> {
  return (await read(env)).map(({ id, name }) => ({ id, name }));
}

/** False: it is not there any more, or did not start. */
export async function openInInstalled(id: string, url: string, env = process.env): Promise<boolean> {
  const browser = (await read(env)).find((one) => one.id === id);
  if (browser === undefined) return false;
  const [command = "", ...rest] = browser.exec
    .map((word) =>
      word.replace(/%(.)/g, (_all, code: string) => (/[uUfF]/.test(code) ? url : code === "%" ? "%" : "")),
    )
    .filter((word) => word !== "");
  const program = programInPath(command, env["PATH"] ?? "");
  if (program === undefined) return false;
  // What Electron changed for itself is not for others.
  const { CHROME_DESKTOP: _ours, ORIGINAL_XDG_CURRENT_DESKTOP: desktop, ...others } = env;
  const theirs = desktop === undefined ? others : { ...others, XDG_CURRENT_DESKTOP: desktop };
  return new Promise((resolve) => {
    const child = spawn(program, rest, { detached: true, stdio: "ignore", cwd: homedir(), env: theirs });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
