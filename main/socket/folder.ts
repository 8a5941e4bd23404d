/** The socket's folder, which only this user may open, and the file in it that announces the endpoint. */
import { lstat, mkdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { failed, ok, type Result } from "../../contract/failure.ts";
import { eraseDurably, writeDurably } from "../storage/durable-file.ts";

/** `sun_path` holds 108 octets with its terminator; the system cuts a longer path without an error. */
const MAX_PATH_BYTES = 107;
const GROUP_AND_OTHERS = 0o077;

/**
 * Makes the folder with mode 0700. Fails with `socket_unsafe_folder` when it is a link, another user's, or open to
 * others (its mode is not changed: the user has to learn of it), and with `socket_failing`.
 */
export async function ownFolder(folder: string): Promise<Result<null>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    const isOurs = process.getuid === undefined || found.uid === process.getuid();
    const isClosed = process.platform === "win32" || (found.mode & GROUP_AND_OTHERS) === 0;
    return found.isDirectory() && isOurs && isClosed
      ? ok(null)
      : failed({ code: "socket_unsafe_folder", folder });
  } catch (cause) {
    return failed({ code: "socket_failing" }, cause);
  }
}

/** Whether a program listens at the endpoint. */
const isListening = (endpoint: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(endpoint, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on("error", () => resolve(false));
  });

/** Removes a socket that a killed process left. Fails with `socket_failing` where another program listens. */
export async function freeEndpoint(endpoint: string): Promise<Result<null>> {
  if (process.platform === "win32") return ok(null); // each start makes a new random name
  if (Buffer.byteLength(endpoint) > MAX_PATH_BYTES)
    return failed({ code: "socket_failing" }, new Error("the socket's path is too long"));
  if (await isListening(endpoint))
    return failed({ code: "socket_failing" }, new Error("another program listens there"));
  await rm(endpoint, { force: true });
  return ok(null);
}

const endpointFile = (folder: string) => path.join(folder, "endpoint.json");

/** Writes the file by which tools find the endpoint: the whole file or none. Rejects when the disk refuses it. */
export const announce = (folder: string, endpoint: string): Promise<void> =>
  writeDurably(endpointFile(folder), JSON.stringify({ tokenkeep: 1, endpoint, pid: process.pid }));
/** Removes that file. */
export const withdraw = (folder: string): Promise<void> => eraseDurably(endpointFile(folder));
