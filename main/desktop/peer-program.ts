/** Which program is at the other end of a connection: a hint for the person, and no proof. Cheap, or not at all. */
import { readFile, readlink } from "node:fs/promises";
import { plainText } from "../../contract/socket.ts";
import { runSystemProgram } from "./programs.ts";

const MAX_PATH = 200;

/**
 * `ss` tells for each end of a Unix socket its inode, that of the other end, and who has it open (iproute2; 15 ms). Its
 * columns: u_str ESTAB 0 0 PATH INODE PEER-PATH PEER-INODE users:(("name",pid=1,fd=3)).
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

/** `inode`: of our own end. Never rejects; undefined where it cannot be told. Arguments may hold secrets: not read. */
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
