/**
 * Runs system programs by absolute paths from a fixed list of folders. A bare name would be looked up in PATH, and on
 * Windows in the working directory first, where another user may have put a program of the same name.
 */
import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Folders that only the administrator can write to. The last two of Linux are those of NixOS and Guix. */
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

/** The absolute path of a system program, by its name without `.exe`. Undefined: it is not installed. */
export function systemProgram(
  name: string,
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const pathOf = platform === "win32" ? path.win32 : path.posix;
  const file = platform === "win32" ? `${name}.exe` : name;
  return systemFolders(platform, env)
    .map((folder) => pathOf.join(folder, file))
    .find(isProgram);
}

/**
 * PATH without relative and empty entries, which depend on the working directory. If no entry is left, the result is the
 * system's folders, because execvp(3) takes an empty PATH as the working directory.
 */
export const absoluteEntries = (searchPath: string, platform: NodeJS.Platform = process.platform): string => {
  const pathOf = platform === "win32" ? path.win32 : path.posix;
  const kept = searchPath.split(pathOf.delimiter).filter((entry) => pathOf.isAbsolute(entry));
  return (kept.length > 0 ? kept : systemFolders(platform, process.env)).join(pathOf.delimiter);
};

/** The file of a command in a desktop entry: an absolute path, or a name that is found by PATH's absolute entries. */
export function programInPath(command: string, searchPath: string): string | undefined {
  if (path.isAbsolute(command)) return isProgram(command) ? command : undefined;
  if (command.includes(path.sep)) return undefined; // relative to the working directory
  return absoluteEntries(searchPath)
    .split(path.delimiter)
    .map((entry) => path.join(entry, command))
    .find(isProgram);
}

/**
 * Runs a system program and resolves with its standard output. Scripts find other programs in the same folders, and their
 * working directory is the root. Rejects when the program is missing, fails or takes too long.
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
