/** One tool, one account, and a client's lines, for the tests of the socket. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { TokenTable } from "../../../../main/socket/types.ts";
import { proof } from "../../../support/socket-client.mjs";
import { accountOf } from "./socket-server.ts";

export const KEY = randomBytes(32).toString("base64url");
export const CLIENT = randomUUID();
export const soon = (sec: number): number => Math.floor(Date.now() / 1000) + sec;
export const token = (login: string, scopes: string[], expires_at = soon(3600)) => ({
  access_token: `at-${login}`,
  token_id: "id",
  client_id: "c",
  user_id: login,
  login,
  scopes,
  expires_at,
  validated_at: null,
});
const account = (login: string) => ({
  account: `p:${login}`,
  provider: "p",
  user_id: login,
  login,
  display_name: login,
  status: "signed_in",
  sign_ins: [],
});
export const listed = (...logins: string[]) => logins.map((login) => accountOf(account(login)));
export const table = (more: Partial<TokenTable> = {}): TokenTable => ({
  locked: false,
  grants: [{ id: CLIENT, key: KEY }],
  accounts: listed("ann"),
  tokens: [{ signIn: "s1", account: "p:ann", token: token("ann", ["a", "b"]), renews: true }],
  ...more,
});

export const request = (method: string, params?: object): string =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
export const code = (answers: Record<string, unknown>[]) =>
  (answers[0]?.["error"] as { data: { code: string } } | undefined)?.data.code;
/** A function from the challenge to the first line of a tool, with its proof for this endpoint. */
export const proofLine =
  (endpoint: () => string, client = CLIENT, key = KEY, role = "client") =>
  (challenge: string): string => {
    const nonce = randomBytes(32).toString("base64url");
    const lines = [endpoint(), challenge, client, nonce];
    return request("auth", { client, nonce, proof: proof(role, Buffer.from(key, "base64url"), lines) });
  };

/** Everything that the connection receives until its end. */
export const heardBy = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text));
  });
