/** Finds the program at the other end of a local connection. The result is a hint for the user, and no proof. */
import { readFile, readlink } from "node:fs/promises";
import { plainText } from "../../contract/socket.ts";
import { runSystemProgram } from "./programs.ts";

const MAX_PATH = 200;

/**
 * Finds the other process in the output of `ss` (iproute2; 15 ms), which lists for each Unix socket its inode, the inode
 * of its peer, and the processes that have it open. Columns: u_str ESTAB 0 0 PATH INODE PEER-PATH PEER-INODE users:(("name",pid=1,fd=3)).
 */
export function pidFrom(table: string, ourInode: string): number | undefined {
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
  const peerInode = rows.find((row) => row[5] === ourInode)?.[7];
  const users =
    rows
      .find((row) => row[5] === peerInode)
      ?.slice(8)
      .join(" ") ?? "";
  const pid = /pid=(\d+)/.exec(users)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/**
 * The path or name of the other program; undefined where it cannot be found. Never rejects. `inode`: the inode of our end of
 * the connection. Does not read the program's arguments, which may contain secrets.
 */
export async function programAt(inode: string | undefined): Promise<string | undefined> {
  if (process.platform !== "linux" || inode === undefined) return undefined;
  try {
    const table = await runSystemProgram("ss", ["-xpnH"], { maxBytes: 8 * 1024 * 1024 });
    const pid = pidFrom(table, inode);
    if (pid === undefined) return undefined;
    const folder = `/proc/${String(pid)}`;
    const program = await readlink(`${folder}/exe`).catch(() => readFile(`${folder}/comm`, "utf8"));
    return plainText(program).slice(0, MAX_PATH);
  } catch {
    return undefined;
  }
}
