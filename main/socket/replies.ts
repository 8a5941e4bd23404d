/** What the server writes on a connection: JSON-RPC answers, errors and notifications (docs/socket-protocol.md). */
import {
  PROTOCOL,
  SOCKET_ERRORS,
  type Method,
  type Notification,
  type NotificationParams,
  type RequestId,
  type ResultOf,
  type SocketErrorCode,
  type TokenGetResult,
} from "../../contract/socket.ts";

/** Sentences for people who read a tool's log; programs read `data.code`. */
const MESSAGES: Record<SocketErrorCode, string> = {
  protocol_error: "This is not a message of tokenkeep/1, or not in its place.",
  method_unknown: "There is no such method.",
  params_invalid: "The parameters do not fit the method.",
  internal: "Something went wrong inside Tokenkeep.",
  auth_failed:
    "The proof does not fit. Pair this tool again, or copy its connection from the Tokenkeep window.",
  vault_locked: "The vault is not open. Ask again later.",
  pairing_pending: "Another tool is waiting for an answer. Ask again later.",
  grant_denied: "This tool is not allowed that.",
  account_unknown: "No account of this tool has that name, or several have.",
  scope_missing: "No sign-in of this account has all of these scopes.",
  needs_sign_in: "This account has to sign in again, in the Tokenkeep window.",
  provider_unreachable: "The provider cannot be reached. Ask again later.",
  rate_limited: "Too often. Ask again later.",
  too_slow: "The first request, or the rest of a line, did not come within ten seconds.",
};

/** Tools ask for a token far more often than it changes, so its text is made once. */
const texts = new WeakMap<TokenGetResult, string>();
function tokenText(token: TokenGetResult): string {
  const text = texts.get(token) ?? JSON.stringify(token);
  texts.set(token, text);
  return text;
}

export interface Replies {
  /** The first line of a connection. */
  greet(challenge: string): void;
  answer<M extends Method>(id: RequestId, method: M, result: ResultOf<M>): void;
  /** The answer to `token.get`. */
  answerToken(id: RequestId, token: TokenGetResult): void;
  /** `id` is null where the request's id could not be read; `retryAfterSec`: seconds to wait, where they are known. */
  refuse(id: RequestId | null, code: SocketErrorCode, retryAfterSec?: number): void;
  notify<N extends Notification>(method: N, params: NotificationParams<N>): void;
}

export function createReplies(write: (line: string) => void): Replies {
  const send = (message: object): void => write(JSON.stringify(message));
  return {
    greet: (challenge) => send({ tokenkeep: PROTOCOL, challenge }),
    answer: (id, _method, result) => send({ jsonrpc: "2.0", id, result }),
    answerToken: (id, token) =>
      write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${tokenText(token)}}`),
    refuse: (id, code, retryAfterSec) =>
      send({
        jsonrpc: "2.0",
        id,
        error: {
          code: SOCKET_ERRORS[code],
          message: MESSAGES[code],
          data: { code, ...(retryAfterSec !== undefined && { retry_after: retryAfterSec }) },
        },
      }),
    notify: (method, params) => send({ jsonrpc: "2.0", method, params }),
  };
}
