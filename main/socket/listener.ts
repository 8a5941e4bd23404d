/** Listens on the endpoint, and accepts connections of this user alone. */
import { chmodSync, readlinkSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { MAX_CONNECTIONS } from "../../contract/socket.ts";
import type { Listen } from "./broker-thread.ts";

export const listenAt =
  (endpoint: string): Listen =>
  ({ onConnection, onListening, onFailed }) => {
    const server = createServer({ allowHalfOpen: true }, (socket) =>
      onConnection(socket, () => inodeOf(socket)),
    );
    server.on("error", ({ message }) => onFailed(message));
    // As many as may be connected may come at once: a connection that finds the queue full is refused (unix(7): EAGAIN).
    server.listen({ path: endpoint, backlog: MAX_CONNECTIONS }, () => {
      if (process.platform !== "win32") chmodSync(endpoint, 0o600);
      onListening();
    });
    return { close: (onClosed) => void server.close(onClosed) };
  };

/**
 * The inode of our end of a connection, by which main finds the program at the other end. Linux alone; undefined elsewhere.
 * Node has no public member for the descriptor that it is read from.
 */
function inodeOf(socket: Socket): string | undefined {
  const { fd = -1 } = (socket as { readonly _handle?: { readonly fd?: number } })._handle ?? {};
  if (process.platform !== "linux" || fd < 0) return undefined;
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${String(fd)}`))?.[1];
  } catch {
    return undefined;
  }
}
