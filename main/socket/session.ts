/** One connection: greeting, proof, then requests. Knows no thread and no socket, so that its rules read in one place. */
import { randomBytes } from "node:crypto";
import * as v from "valibot";
import {
  params,
  PROTOCOL,
  request,
  SOCKET_ERRORS,
  type Method,
  type Params,
  type RequestId,
  type SocketErrorCode,
  type TokenGetResult,
} from "../../contract/socket.ts";
import { proofOf, sameProof } from "./proof.ts";
import { accountsFor, chooseToken, type Grant } from "./table.ts";
import type { HandOut, Miss } from "./types.ts";

/** What a session needs from the thread it lives in. */
export interface SessionHost {
  readonly endpoint: string;
  readonly table: () => HandOut;
  readonly nowMs: () => number;
  /** Asks main for a fresh token; askers of one sign-in share the answer. Limited per grant. */
  readonly miss: (
    grant: string,
    ask: Miss,
  ) => Promise<{ ok: true; token: TokenGetResult } | { ok: false; code: SocketErrorCode }>;
  readonly used: (grant: string, signIn?: string) => void;
  readonly write: (line: string) => void;
  /** After what was written has gone out. */
  readonly end: () => void;
}

export interface Session {
  /** Undefined until the proof was good. */
  readonly grant: string | undefined;
  /** Takes a line; resolves when it has been answered. */
  take(line: string): Promise<void>;
}

/** Sentences for people who read a tool's log; programs read `data.code`. */
const MESSAGES: Record<SocketErrorCode, string> = {
  protocol_error: "This is not a message of tokenkeep/1.",
  method_unknown: "There is no such method.",
  params_invalid: "The parameters do not fit the method.",
  internal: "Something went wrong inside Tokenkeep.",
  auth_failed: "The proof does not fit. Copy the connection of this tool from the Tokenkeep window again.",
  vault_locked: "The vault is not open. Ask again later.",
  pairing_pending: "Another tool is waiting for an answer. Ask again later.",
  grant_denied: "The token may do more than this tool is allowed.",
  account_unknown: "No account of this tool has that name, or several have.",
  scope_missing: "No sign-in of this account has all of these scopes.",
  needs_sign_in: "This account has to sign in again, in the Tokenkeep window.",
  provider_unreachable: "The provider cannot be reached. Ask again later.",
  rate_limited: "Too many requests that need the provider. Ask again later.",
};

type Open = Extract<Method, "accounts.list" | "token.get">;
const isOpen = (name: string): name is Open => name === "accounts.list" || name === "token.get";
/** Does the same work for a client that does not exist. */
const NOBODY = randomBytes(32);

/** A token is asked for far more often than it changes, so it is turned into text once. */
const texts = new WeakMap<TokenGetResult, string>();
function tokenText(token: TokenGetResult): string {
  const text = texts.get(token) ?? JSON.stringify(token);
  texts.set(token, text);
  return text;
}

export function createSession(host: SessionHost): Session {
  const challenge = randomBytes(32).toString("base64url");
  let grant: string | undefined;
  let greeted = false;
  let over = false;

  const send = (message: object): void => host.write(JSON.stringify(message));
  const give = (id: RequestId, token: TokenGetResult): void =>
    host.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${tokenText(token)}}`);
  const refuse = (id: RequestId | null, code: SocketErrorCode): void =>
    send({
      jsonrpc: "2.0",
      id,
      error: { code: SOCKET_ERRORS[code], message: MESSAGES[code], data: { code } },
    });
  const leave = (id: RequestId | null, code: SocketErrorCode): void => {
    over = true;
    refuse(id, code);
    host.end();
  };
  const currentGrant = (): Grant | undefined => host.table().grants.find(({ id }) => id === grant);

  function authenticate(id: RequestId, { client, nonce, proof }: Params<"auth">): void {
    const table = host.table();
    // Said without a proof of ours, so it means "later" and nothing more.
    if (table.locked) return leave(id, "vault_locked");
    const known = table.grants.find((candidate) => candidate.id === client);
    const key = known === undefined ? NOBODY : Buffer.from(known.key, "base64url");
    const input = { key, endpoint: host.endpoint, challenge, client, nonce };
    const fits = sameProof(proofOf("client", input), proof);
    if (!fits || known === undefined) return leave(id, "auth_failed");
    grant = client;
    send({ jsonrpc: "2.0", id, result: { proof: proofOf("server", input) } });
  }

  async function answer(id: RequestId, method: Open, given: unknown): Promise<void> {
    const table = host.table();
    if (table.locked) return refuse(id, "vault_locked");
    const mine = currentGrant();
    if (mine === undefined) return leave(id, "auth_failed");
    switch (method) {
      case "accounts.list":
        host.used(mine.id);
        return send({ jsonrpc: "2.0", id, result: { accounts: accountsFor(table, mine) } });
      case "token.get": {
        const ask = (given ?? {}) as NonNullable<Params<"token.get">>;
        const choice = chooseToken(table, mine, ask, host.nowMs());
        host.used(mine.id, choice.kind === "error" ? undefined : choice.signIn);
        if (choice.kind === "token") return give(id, choice.token);
        if (choice.kind === "error") return refuse(id, choice.code);
        const fresh = await host.miss(mine.id, choice);
        // The wait may have been long: what was allowed then may not be now.
        if (host.table().locked) return refuse(id, "vault_locked");
        if (currentGrant() === undefined) return leave(id, "auth_failed");
        if (!fresh.ok) return refuse(id, fresh.code);
        return give(id, fresh.token);
      }
    }
  }

  send({ tokenkeep: PROTOCOL, challenge });
  return {
    get grant() {
      return grant;
    },
    async take(line) {
      if (over) return;
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        return leave(null, "protocol_error");
      }
      const parsed = v.safeParse(request, value);
      if (!parsed.success) return leave(null, "protocol_error");
      const { id, method, params: given } = parsed.output;
      if (!greeted) {
        greeted = true;
        const asked = method === "auth" ? v.safeParse(params.auth, given) : undefined;
        if (asked?.success !== true) return leave(id, "protocol_error");
        return authenticate(id, asked.output);
      }
      if (method === "auth") return leave(id, "protocol_error"); // one challenge, one use
      if (!isOpen(method)) return refuse(id, "method_unknown");
      const checked = v.safeParse(params[method], given);
      if (!checked.success) return refuse(id, "params_invalid");
      return answer(id, method, checked.output);
    },
  };
}
