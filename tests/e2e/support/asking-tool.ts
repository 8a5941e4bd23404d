/** A tool that asks for pairing over the real socket. */
import { connect } from "node:net";
import path from "node:path";
import { lineReader } from "../../support/socket-client.mjs";

export interface Asks {
  readonly name: string;
  readonly developer?: string;
  readonly reason?: string;
  readonly scopes: readonly string[];
}

/** Asks for pairing, and resolves with the number that the user compares. `runtime`: the app's runtime folder. */
export async function askToPair(runtime: string, asks: Asks) {
  const socket = connect(path.join(runtime, "tokenkeep/tokenkeep.sock"));
  const read = lineReader(socket);
  const next = async () => JSON.parse((await read()) ?? "null") as Record<string, Record<string, string>>;
  const send = (id: number, method: string, params?: object) =>
    socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  await next();
  send(1, "pair.request", asks);
  const code = (await next())["params"]?.["code"] ?? "";
  return { next, send, code, leave: () => socket.destroy() };
}
