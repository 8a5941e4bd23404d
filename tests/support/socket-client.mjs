// @ts-check
/** A client of the local socket, written from docs/socket-protocol.md alone. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { connect } from "node:net";

/** @param {string} role @param {Buffer} key @param {string[]} lines */
export const proof = (role, key, lines) =>
  createHmac("sha256", key)
    .update([`tokenkeep/1 ${role}`, ...lines].join("\n"))
    .digest("base64url");

/**
 * Lines from a socket, one at a time.
 * @param {import("node:net").Socket} socket
 */
export function lineReader(socket) {
  let rest = "";
  /** @type {string[]} */
  const lines = [];
  /** @type {((line: string | undefined) => void)[]} */
  const waiting = [];
  let over = false;
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    const parts = (rest + String(chunk)).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      const next = waiting.shift();
      if (next === undefined) lines.push(line);
      else next(line);
    }
  });
  const end = () => {
    over = true;
    for (const next of waiting.splice(0)) next(undefined);
  };
  socket.on("close", end);
  socket.on("error", end);
  /** @returns {Promise<string | undefined>} undefined: the connection has ended */
  return () => {
    const line = lines.shift();
    if (line !== undefined || over) return Promise.resolve(line);
    return new Promise((resolve) => waiting.push(resolve));
  };
}

/**
 * Connects and proves itself; refuses a server that cannot. A first request goes out together with the proof, and its
 * answer is looked at only after the server's own proof.
 * @param {{ endpoint: string, client: string, key: string }} connection
 * @param {{ method: string, params?: object }} [first]
 */
export async function connectTool({ endpoint, client, key }, first) {
  const socket = connect(endpoint);
  const read = lineReader(socket);
  const secret = Buffer.from(key, "base64url");
  const greeting = JSON.parse((await read()) ?? "null");
  if (greeting?.tokenkeep !== 1) throw new Error("not a Tokenkeep socket");
  const nonce = randomBytes(32).toString("base64url");
  const lines = [endpoint, greeting.challenge, client, nonce];
  let id = 0;
  /** @param {string} method @param {object} [params] */
  const line = (method, params) => {
    id += 1;
    return `${JSON.stringify({ jsonrpc: "2.0", id, method, ...(params && { params }) })}\n`;
  };
  /** @type {{ method: string, params: any }[]} */
  const notifications = [];
  const answer = async () => {
    let message;
    do {
      const line = await read();
      if (line === undefined) throw new Error("the connection was closed");
      message = JSON.parse(line);
      if (message.id === undefined) notifications.push(message);
    } while (message.id === undefined);
    const { result, error } = message;
    if (error) throw Object.assign(new Error(error.message), { code: error.data.code });
    return result;
  };
  const auth = line("auth", { client, nonce, proof: proof("client", secret, lines) });
  socket.write(first === undefined ? auth : auth + line(first.method, first.params));
  const expected = Buffer.from(proof("server", secret, lines));
  const found = Buffer.from((await answer()).proof);
  if (expected.length !== found.length || !timingSafeEqual(expected, found)) throw new Error("not Tokenkeep");
  return {
    /** The answer to the request `first`; undefined: none was given. */
    first: first === undefined ? undefined : await answer(),
    /** Sends a request; only one may be open at a time. @param {string} method @param {object} [params] */
    ask: (method, params) => {
      socket.write(line(method, params));
      return answer();
    },
    /** The next notification; undefined: the connection has ended. Must not be called while a request is open. */
    news: async () => {
      const early = notifications.shift();
      if (early !== undefined) return early;
      const line = await read();
      return line === undefined ? undefined : JSON.parse(line);
    },
    close: () => socket.destroy(),
    socket,
  };
}

/**
 * The lines that the window copies for a tool.
 * @param {string} text
 * @returns {{ endpoint: string, client: string, key: string }}
 */
export const parseConnection = (text) => {
  const values = Object.fromEntries(text.split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2)));
  return { endpoint: values.TOKENKEEP_ENDPOINT, client: values.TOKENKEEP_CLIENT, key: values.TOKENKEEP_KEY };
};
