/**
 * Programs of the system that we run, by absolute paths from a fixed list of folders. A bare name would be looked up in
 * PATH, and on Windows in the working directory first: whoever can put a file there would be run in our place.
 */
import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Folders that only the system's administrator writes to. The last of Linux's are those of NixOS and Guix. */
function systemFolders(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): readonly string[] {
  if (platform === "win32") {
    const root = env["SystemRoot"] ?? "";
    return [path.win32.join(path.win32.isAbsolute(root) ? root : "C:\\Windows", "System32")];
  }
  const folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
  return platform === "linux"
    ? [...folders, "/run/current-system/sw/bin", "/run/current-system/profile/bin"]
    : folders;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The absolute path of a program of the system, by its name without `.exe`. Undefined: there is none. */
export function systemProgram(
  name: string,
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const of = platform === "win32" ? path.win32 : path.posix;
  const file = platform === "win32" ? `${name}.exe` : name;
  return systemFolders(platform, env)
    .map((folder) => of.join(folder, file))
    .find(isProgram);
}

/**
 * PATH without entries that mean another file in each working directory: relative ones, and empty ones. Where none is
 * left, the system's folders: an empty PATH is one empty entry to execvp(3), which is the working directory.
 */
export const absoluteEntries = (searchPath: string, platform: NodeJS.Platform = process.platform): string => {
  const of = platform === "win32" ? path.win32 : path.posix;
  const kept = searchPath.split(of.delimiter).filter((entry) => of.isAbsolute(entry));
  return (kept.length > 0 ? kept : systemFolders(platform, process.env)).join(of.delimiter);
};

/** The file that a command of the person's own desktop means: an absolute path, or one found by PATH's absolute entries. */
export function programInPath(command: string, searchPath: string): string | undefined {
  if (path.isAbsolute(command)) return isProgram(command) ? command : undefined;
  if (command.includes(path.sep)) return undefined; // relative to a folder that nobody chose
  return absoluteEntries(searchPath)
    .split(path.delimiter)
    .map((entry) => path.join(entry, command))
    .find(isProgram);
}

/**
 * Runs a program of the system and answers with what it wrote. Those that are scripts run others: they get the same
 * folders as their PATH, and the root as their working directory. Rejects where it is missing, fails or takes too long.
 */
export async function runSystemProgram(
  name: string,
  args: readonly string[],
  { timeoutMs = 5_000, maxBytes = 1024 * 1024 } = {},
): Promise<string> {
  const program = systemProgram(name);
  if (program === undefined) throw new Error(`there is no ${name} on this system`);
  const { stdout } = await run(program, [...args], {
    timeout: timeoutMs,
    maxBuffer: maxBytes,
    windowsHide: true,
    cwd: path.parse(program).root,
    env: { ...process.env, PATH: systemFolders(process.platform, process.env).join(path.delimiter) },
  });
  return stdout;
}
