/** One connection: greeting, proof or pairing, then requests. Knows no thread and no socket, so that its rules read in one place. */
import { randomBytes } from "node:crypto";
import * as v from "valibot";
import {
  params,
  PROTOCOL,
  request,
  SOCKET_ERRORS,
  type Method,
  type Notification,
  type NotificationParams,
  type Params,
  type RequestId,
  type SocketErrorCode,
  type TokenGetResult,
} from "../../contract/socket.ts";
import { proofOf, sameProof } from "./proof.ts";
import {
  accountOf,
  accountsFor,
  afterMiss,
  chooseToken,
  newsFor,
  reported,
  type Choice,
  type News,
} from "./table.ts";
import type { Answer, Ask, Grant, TokenTable, Refusal } from "./types.ts";

/** What a session needs from the thread it lives in. */
export interface SessionHost {
  readonly endpoint: string;
  /** 32 random bytes, base64url, never used again. */
  readonly challenge?: string;
  readonly table: () => TokenTable;
  readonly nowMs: () => number;
  /** Asks main for a fresh token; askers of one sign-in share the answer. Limited per grant. */
  readonly miss: (grant: string, ask: Ask<"token">) => Promise<Answer<"token">>;
  /** Asks main to ask the provider. Limited per grant and sign-in. */
  readonly report: (grant: string, ask: Ask<"report">) => Promise<Answer<"report">>;
  /** One at a time in all; `code` is what both sides show. */
  readonly pair: (
    asked: Params<"pair.request">,
  ) => { readonly code: string; readonly answer: Promise<Answer<"pair">> } | Refusal;
  readonly revokeSelf: (grant: string) => Promise<Answer<"revokeSelf">>;
  /** Limited per grant. */
  readonly show: (ask: Ask<"show">) => Promise<Answer<"show">>;
  readonly used: (grant: string, signIn?: string, reason?: string) => void;
  readonly write: (line: string) => void;
  /** After what was written has gone out. */
  readonly end: () => void;
}

export interface Session {
  /** Undefined until the proof was good, or the pairing allowed. */
  readonly grant: string | undefined;
  /** It waits for the person. */
  readonly pairing: boolean;
  readonly watches: boolean;
  /** Takes a line; resolves when it has been answered. */
  take(line: string): Promise<void>;
  /** Tells why it ends, and ends it. */
  leave(why: "protocol_error" | "too_slow"): void;
  /** Tells it what is its business. */
  tell(news: News): void;
  /** Its grant is gone: it is told so, and ends. */
  cut(): void;
}

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

/** Questions to main for one request: a second one when what came has too little left by then. */
const MISSES_AT_MOST = 2;

type First = Extract<Method, "auth" | "pair.request">;
type Open = Exclude<Method, First>;
const isFirst = (name: string): name is First => name === "auth" || name === "pair.request";
const isOpen = (name: string): name is Open => !isFirst(name) && Object.hasOwn(params, name);
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
  const challenge = host.challenge ?? randomBytes(32).toString("base64url");
  let grant: string | undefined;
  let greeted = false;
  let pairing = false;
  let watches = false;
  let over = false;
  /** The request that gives the grant back: answered before the end that it brings about. */
  let farewell: RequestId | undefined;

  const send = (message: object): void => host.write(JSON.stringify(message));
  const answer = (id: RequestId, result: unknown): void => send({ jsonrpc: "2.0", id, result });
  const give = (id: RequestId, token: TokenGetResult): void =>
    host.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${tokenText(token)}}`);
  const notify = <N extends Notification>(method: N, about: NotificationParams<N>): void =>
    send({ jsonrpc: "2.0", method, params: about });
  const refuse = (id: RequestId | null, code: SocketErrorCode, retry_after?: number): void =>
    send({
      jsonrpc: "2.0",
      id,
      error: {
        code: SOCKET_ERRORS[code],
        message: MESSAGES[code],
        data: { code, ...(retry_after !== undefined && { retry_after }) },
      },
    });
  const leave = (id: RequestId | null, code: SocketErrorCode, retry_after?: number): void => {
    over = true;
    refuse(id, code, retry_after);
    host.end();
  };
  const currentGrant = (): Grant | undefined => host.table().grants.find(({ id }) => id === grant);
  const cut = (): void => {
    if (over) return;
    over = true;
    if (farewell !== undefined) answer(farewell, {});
    notify("grant.revoked", {});
    host.end();
  };

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
    answer(id, { proof: proofOf("server", input) });
  }

  async function pair(id: RequestId, asked: Params<"pair.request">): Promise<void> {
    if (host.table().locked) return leave(id, "vault_locked");
    const question = host.pair(asked);
    if ("ok" in question) return leave(id, question.code, question.retryAfterSec);
    pairing = true;
    notify("pair.code", { code: question.code });
    const said = await question.answer;
    pairing = false;
    if (over) return; // it did not wait
    if (!said.ok) return leave(id, said.code, said.retryAfterSec);
    const { grant: given, ...result } = said.value;
    grant = given;
    answer(id, result);
  }

  /** Nothing but the first request may come now. */
  async function greet(id: RequestId, method: string, given: unknown): Promise<void> {
    greeted = true;
    if (method === "auth") {
      const asked = v.safeParse(params.auth, given);
      return asked.success ? authenticate(id, asked.output) : leave(id, "protocol_error");
    }
    if (method !== "pair.request") return leave(id, "protocol_error");
    const asked = v.safeParse(params["pair.request"], given);
    return asked.success ? pair(id, asked.output) : leave(id, "params_invalid");
  }

  /** The grant as it is now. Undefined: nothing is answered any more but what was said here. */
  function allowedNow(id: RequestId): Grant | undefined {
    if (over) return undefined;
    if (host.table().locked) {
      refuse(id, "vault_locked");
      return undefined;
    }
    const mine = currentGrant();
    if (mine === undefined) cut();
    return mine;
  }

  /**
   * Whatever way a token came, it is judged here, at the moment when it is handed out: by the grant, the table and the clock
   * of that moment, not by those from before main was asked.
   */
  async function giveToken(id: RequestId, asked: Params<"token.get">): Promise<void> {
    const ask = asked ?? {};
    let mine = allowedNow(id);
    if (mine === undefined) return;
    let choice: Choice = chooseToken(host.table(), mine, ask, host.nowMs());
    for (let misses = 0; choice.kind === "miss" && misses < MISSES_AT_MOST; misses += 1) {
      const { signIn } = choice.ask;
      const answer = await host.miss(mine.id, choice.ask);
      mine = allowedNow(id);
      if (mine === undefined) return;
      choice = afterMiss(host.table(), mine, ask, { signIn, answer }, host.nowMs());
    }
    host.used(mine.id, choice.kind === "token" ? choice.signIn : undefined, ask.reason);
    if (choice.kind === "token") return give(id, choice.token);
    // Renewed twice, and it lasts too short each time: the provider was slower than the tokens live.
    return choice.kind === "error"
      ? refuse(id, choice.code, choice.retryAfterSec)
      : refuse(id, "provider_unreachable");
  }

  async function serve(id: RequestId, method: Open, given: unknown): Promise<void> {
    const table = host.table();
    if (table.locked) return refuse(id, "vault_locked");
    const mine = currentGrant();
    if (mine === undefined) return cut();
    switch (method) {
      case "accounts.list":
        host.used(mine.id);
        return answer(id, { accounts: accountsFor(table, mine) });
      case "token.get":
        return giveToken(id, given as Params<"token.get">);
      case "token.reportInvalid": {
        const { token_id } = given as Params<"token.reportInvalid">;
        host.used(mine.id);
        const entry = reported(table, mine, token_id);
        if (entry === undefined) return answer(id, { valid: false });
        const said = await host.report(mine.id, { signIn: entry.signIn, tokenId: token_id });
        const now = allowedNow(id);
        if (now === undefined) return;
        // The tool may not have this token any more: it is told that, and nothing about the sign-in.
        if (reported(host.table(), now, token_id) === undefined) return answer(id, { valid: false });
        return said.ok ? answer(id, said.value) : refuse(id, said.code, said.retryAfterSec);
      }
      case "token.watch":
        watches = true;
        return answer(id, {});
      case "grant.revokeSelf": {
        farewell = id;
        const said = await host.revokeSelf(mine.id);
        farewell = undefined;
        return said.ok ? undefined : refuse(id, said.code); // the table without it has cut this one with the others
      }
      case "ui.request": {
        const { action, account: name, scopes } = given as Params<"ui.request">;
        const account = name === undefined ? undefined : accountOf(table, mine, name);
        if (name !== undefined && account === undefined) return refuse(id, "account_unknown");
        if (action === "remove" && account === undefined) return refuse(id, "params_invalid");
        const said = await host.show({
          grant: mine.id,
          action,
          ...(account !== undefined && { account }),
          ...(scopes !== undefined && { scopes }),
        });
        return said.ok ? answer(id, said.value) : refuse(id, said.code, said.retryAfterSec);
      }
    }
  }

  send({ tokenkeep: PROTOCOL, challenge });
  return {
    get grant() {
      return grant;
    },
    get pairing() {
      return pairing;
    },
    get watches() {
      return watches;
    },
    cut,
    leave(why) {
      if (!over) leave(null, why);
    },
    tell(news) {
      const mine = watches && !over ? currentGrant() : undefined;
      if (news.lock !== undefined) {
        if (watches && !over) notify(`vault.${news.lock}`, {});
        return;
      }
      if (mine === undefined) return;
      const { changed, ended } = newsFor(news, mine);
      for (const { account, token } of changed) {
        const { token_id, client_id, scopes, expires_at } = token;
        notify("token.changed", { account, token_id, client_id, scopes, expires_at });
      }
      for (const { account, token } of ended) notify("token.revoked", { account, token_id: token.token_id });
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
      if (!greeted) return greet(id, method, given);
      if (pairing || isFirst(method)) return leave(id, "protocol_error"); // one challenge, one use
      if (!isOpen(method)) return refuse(id, "method_unknown");
      const checked = v.safeParse(params[method], given);
      // By name alone: a list would pass for an object whose members are all left out.
      if (!checked.success || Array.isArray(given)) return refuse(id, "params_invalid");
      return serve(id, method, checked.output);
    },
  };
}
