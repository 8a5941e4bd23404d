// @ts-check
/**
 * A hostile program at the socket: it sends random lines and changed messages of the vectors, from a fixed seed. It is a
 * process of its own, so that its memory does not count as the server's. It reads its task from standard input, and writes
 * a summary of the answers as JSON.
 */
import { connect } from "node:net";
import { readFileSync } from "node:fs";
import { connectTool } from "../support/socket-client.mjs";

/** @type {{ seed: number, lines: number, connection: { endpoint: string, client: string, key: string } }} */
const { seed, lines, connection } = JSON.parse(readFileSync(0, "utf8"));
const AT_ONCE = 16;

let state = seed;
/** mulberry32. @param {number} below @returns {number} a whole number */
function random(below) {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
}
/** @template T @param {readonly T[]} list @returns {T} */
const oneOf = (list) => /** @type {T} */ (list[random(list.length)]);

/** @type {{ steps: { from: string, message: object }[] }[]} */
const conversations = JSON.parse(readFileSync("tests/vectors/socket/conversations.json", "utf8"));
const messages = conversations
  .flatMap(({ steps }) => steps.filter(({ from }) => from === "client").map(({ message }) => message))
  .map((message) => JSON.stringify(message))
  .filter((text) => !text.includes("revokeSelf")); // revoking its own grant would end the test
const ODD = [
  null,
  true,
  -1,
  1e308,
  0.5,
  "",
  "\u0000",
  "\u202e",
  [],
  {},
  [[]],
  "x".repeat(5_000),
  "__proto__",
];

/** Deletes one member of a message, or gives it an odd value. @param {string} text */
function bend(text) {
  const message = JSON.parse(text);
  let place = message;
  for (;;) {
    const key = oneOf(Object.keys(place));
    const inner = place[key];
    if (inner === null || typeof inner !== "object" || Object.keys(inner).length === 0 || random(3) === 0) {
      if (random(3) === 0) Reflect.deleteProperty(place, key);
      else place[key] = oneOf(ODD);
      return JSON.stringify(message);
    }
    place = inner;
  }
}
/** Makes a random line. @returns {Buffer} without a line feed */
function line() {
  const bytes = Buffer.from(random(3) === 0 ? oneOf(messages) : bend(oneOf(messages)));
  switch (random(6)) {
    case 0: // random octets
      return Buffer.from(
        Array.from({ length: random(300) }, () => random(256)).filter((byte) => byte !== 10),
      );
    case 1: // a few changed octets
      for (let times = 1 + random(4); times > 0; times -= 1) bytes[random(bytes.length)] = 11 + random(245);
      return bytes;
    case 2:
      return bytes.subarray(0, random(bytes.length));
    case 3:
      return random(50) === 0 ? Buffer.alloc(70_000, "[") : Buffer.concat([bytes, bytes]);
    default:
      return bytes;
  }
}

const LINE_FEED = Buffer.from("\n");
let answered = 0;
/** The answers before a proof: how many of each kind, and the text of all but greetings and pairing codes. */
const strangers = { kinds: /** @type {Record<string, number>} */ ({}), texts: new Set() };

/** @param {string} text */
function note(text) {
  const answer = JSON.parse(text);
  const kind = answer.error
    ? answer.error.data.code
    : (answer.method ?? (answer.tokenkeep === 1 ? "greeting" : "result"));
  strangers.kinds[kind] = (strangers.kinds[kind] ?? 0) + 1;
  if (kind !== "greeting" && kind !== "pair.code")
    strangers.texts.add(JSON.stringify(answer.error ?? answer));
}
/** A connection without a proof: sends one to three lines at once, and reads until the connection ends. */
const stranger = () =>
  new Promise((resolve) => {
    const socket = connect(connection.endpoint);
    let text = "";
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const one of text.split("\n").slice(0, -1)) note(one);
      answered += 1;
      resolve(undefined);
    });
    const sent = Array.from({ length: 1 + random(3) }, () => Buffer.concat([line(), LINE_FEED]));
    socket.end(Buffer.concat(sent));
  });
/** A connection with a valid key, which sends such lines until the server ends it. */
const misuser = () =>
  new Promise((resolve) => {
    connectTool(connection).then(({ socket }) => {
      socket.on("data", (chunk) => (answered += String(chunk).split("\n").length - 1));
      socket.on("close", () => resolve(undefined));
      socket.on("error", () => undefined);
      for (let times = 20; times > 0; times -= 1) socket.write(Buffer.concat([line(), LINE_FEED]));
      socket.end();
    }, resolve);
  });

await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (answered < lines) await (random(3) === 0 ? misuser() : stranger());
  }),
);
console.log(JSON.stringify({ answered, kinds: strangers.kinds, texts: [...strangers.texts] }));
