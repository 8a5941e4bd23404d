/** The folder that the socket lies in: ours alone, or no socket. */
import { lstat, mkdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { failed, ok, type Result } from "../../contract/failure.ts";
import { eraseDurably, writeDurably } from "../storage/durable-file.ts";

/** `sun_path` holds 108 octets with its end; a longer path is cut without a word. */
const MAX_PATH_BYTES = 107;
const OTHERS = 0o077;

/** Makes it 0700, or refuses one that is a link, not ours, or open to others. Its mode is not quietly mended. */
export async function ownFolder(folder: string): Promise<Result<null>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    const mine = process.getuid === undefined || found.uid === process.getuid();
    const shut = process.platform === "win32" || (found.mode & OTHERS) === 0;
    return found.isDirectory() && mine && shut ? ok(null) : failed({ code: "socket_unsafe_folder", folder });
  } catch (cause) {
    return failed({ code: "socket_failing" }, cause);
  }
}

const answers = (endpoint: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(endpoint, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on("error", () => resolve(false));
  });

/** A socket that a killed process left is taken away; one that answers belongs to somebody and stays. */
export async function freeEndpoint(endpoint: string): Promise<Result<null>> {
  if (process.platform === "win32") return ok(null); // a fresh random name each time
  if (Buffer.byteLength(endpoint) > MAX_PATH_BYTES)
    return failed({ code: "socket_failing" }, new Error("the socket's path is too long"));
  if (await answers(endpoint))
    return failed({ code: "socket_failing" }, new Error("another program listens there"));
  await rm(endpoint, { force: true });
  return ok(null);
}

const endpointFile = (folder: string) => path.join(folder, "endpoint.json");

/** How tools without a setting find us. Whole or not at all. */
export const announce = (folder: string, endpoint: string): Promise<void> =>
  writeDurably(endpointFile(folder), JSON.stringify({ tokenkeep: 1, endpoint, pid: process.pid }));
export const withdraw = (folder: string): Promise<void> => eraseDurably(endpointFile(folder));
