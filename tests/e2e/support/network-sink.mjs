// @ts-check
/**
 * The rest of the internet, on a desktop whose network is caught (tooling/desktop.mjs): notes every DNS lookup and every
 * connection, to any address, and answers without content.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Whether this process runs on a desktop whose network is caught. */
export const canCatch = process.env["TOKENKEEP_CAUGHT"] === "1";

/** The name in the first question (RFC 1035 §4.1.2). @param {Buffer} message */
function questionOf(message) {
  const labels = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join("."), type: message.readUInt16BE(at + 1), end: at + 5 };
}
/** Answers every name with an address of documentation (RFC 5737), other types with none. @param {Buffer} message */
function answerTo(message) {
  const { type, end } = questionOf(message);
  const head = Buffer.from(message.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(type === 1 ? 1 : 0, 6);
  head.fill(0, 8, 12);
  const address = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 7]);
  return type === 1 ? Buffer.concat([head, address]) : head;
}

/** Listens on the ports of DNS and of web servers. */
export async function catchNetwork() {
  /** @type {string[]} */
  const seen = [];
  const resolver = createSocket({ type: "udp6", ipv6Only: false });
  resolver.on("message", (message, { port, address }) => {
    seen.push(`looks up ${questionOf(message).name}`);
    resolver.send(answerTo(message), port, address);
  });
  resolver.bind(53);
  const quic = createSocket({ type: "udp6", ipv6Only: false });
  quic.on("message", () => seen.push("sends to port 443 (UDP)"));
  quic.bind(443);
  const servers = [53, 80, 443, 853, 8080].map((port) =>
    createServer((socket) => {
      seen.push(`connects to port ${String(port)} of ${String(socket.localAddress)}`);
      socket.on("error", () => undefined);
      socket.destroy();
    }).listen(port, "::"),
  );
  await Promise.all([
    once(resolver, "listening"),
    once(quic, "listening"),
    ...servers.map((server) => once(server, "listening")),
  ]);
  return {
    seen,
    close() {
      resolver.close();
      quic.close();
      for (const server of servers) server.close();
    },
  };
}
