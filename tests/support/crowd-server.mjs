// @ts-check
/**
 * A provider for the sign-ins of crowd.ts. It answers in constant time for any number of them, which the sandbox with its
 * lists does not. It speaks the sandbox's dialect over real HTTP, and counts every request.
 */
import { createServer } from "node:http";

const READ_AT_MOST = 64 * 1024;

const ENDS_IN_MS = 840_000;
/**
 * Whether the nth sign-in has no refresh token and ends soon: one in every `endingEvery` does; 0: none.
 * @param {number} nth @param {number} endingEvery
 */
export const isEnding = (nth, endingEvery) => endingEvery > 0 && nth % endingEvery === 1;

/**
 * The age of the nth sign-in's first token: up to `usedMs`, spread evenly, with different ages for neighbours.
 * @param {number} nth @param {{ lifeMs: number, usedMs?: number, endingEvery?: number }} tokens
 */
export const usedOf = (nth, { lifeMs, usedMs = 0, endingEvery = 0 }) =>
  isEnding(nth, endingEvery) ? lifeMs - ENDS_IN_MS : Math.floor(((nth * 0.618) % 1) * usedMs);

/**
 * @param {{ lifeMs: number, usedMs?: number, endingEvery?: number, nowMs?: () => number }} options
 * `lifeMs`: the lifetime of every access token; `usedMs`, `endingEvery`: the age of the first tokens (`usedOf`);
 * `nowMs`: the clock that decides when tokens expire.
 */
export async function startCrowdServer({ nowMs = () => Date.now(), ...tokens }) {
  const { lifeMs, usedMs = 0, endingEvery = 0 } = tokens;
  const startedAtMs = nowMs();
  /** When each issued token expires, by token. @type {Map<string, number>} */
  const ends = new Map();
  const counts = { validate: 0, refresh: 0 };
  let issued = 0;
  /** Answers to refreshes wait for this promise. @type {Promise<unknown> | undefined} */
  let held;
  /** @type {(kind: keyof typeof counts, whose: string) => void} */
  let onRequest = () => undefined;

  /** @param {string | undefined} authorization */
  function validated(authorization = "") {
    const token = authorization.split(" ")[1] ?? "";
    const id = /^access-([0-9a-f-]{36})-/.exec(token)?.[1];
    if (id === undefined) return { status: 401, message: "invalid access token" };
    const nth = parseInt(id.slice(-12), 16);
    const fromMs = usedMs + endingEvery === 0 ? nowMs() : startedAtMs - usedOf(nth, tokens);
    const expires_in = Math.floor(((ends.get(token) ?? fromMs + lifeMs) - nowMs()) / 1000);
    if (expires_in <= 0) return { status: 401, message: "invalid access token" };
    return {
      status: 200,
      client_id: "crowd",
      login: `user_${String(nth + 1)}`,
      user_id: String(nth + 1),
      scopes: ["user:read:chat", "user:write:chat", "channel:read:subscriptions"],
      expires_in,
    };
  }
  /** @param {string} body */
  function refreshed(body) {
    const refresh_token = new URLSearchParams(body).get("refresh_token") ?? "";
    const id = refresh_token.slice("refresh-".length);
    issued += 1;
    const access_token = `access-${id}-${String(issued)}`;
    ends.set(access_token, nowMs() + lifeMs);
    return { status: 200, access_token, refresh_token, expires_in: lifeMs / 1000, token_type: "bearer" };
  }

  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) if (body.length < READ_AT_MOST) body += String(chunk);
    const kind = request.url === "/oauth2/token" ? "refresh" : "validate";
    counts[kind] += 1;
    const token = `${request.headers.authorization ?? ""} ${body}`;
    onRequest(kind, /(?:access|refresh)-([0-9a-f-]{36})/.exec(token)?.[1] ?? "");
    const answer = kind === "refresh" ? refreshed(body) : validated(request.headers.authorization);
    if (kind === "refresh") await held;
    response
      .writeHead(answer.status, { "content-type": "application/json" })
      .end(JSON.stringify({ ...answer, status: answer.status === 200 ? undefined : answer.status }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    origin: `http://localhost:${String(port)}`,
    counts,
    /** `whose`: the id in the token. @param {(kind: keyof typeof counts, whose: string) => void} listener */
    hear: (listener) => void (onRequest = listener),
    /** Holds the answers to refreshes back until the returned function is called. */
    hold() {
      /** @type {() => void} */
      let release = () => undefined;
      held = new Promise((resolve) => (release = () => resolve(undefined)));
      return release;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections();
      }),
  };
}
