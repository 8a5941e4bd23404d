/**
 * The session of one connection: greeting, proof or pairing, then requests. A token leaves for a tool in
 * `handOutToken`. The session knows neither thread nor socket; `SessionHost` is all that it needs of them.
 */
import { randomBytes } from "node:crypto";
import * as v from "valibot";
import {
  params,
  request,
  type Method,
  type Params,
  type RequestId,
  type SocketErrorCode,
} from "../../contract/socket.ts";
import { proofOf, sameProof } from "./proof.ts";
import { createReplies, type Replies } from "./replies.ts";
import {
  accountOf,
  accountsFor,
  afterMiss,
  changesFor,
  chooseToken,
  reported,
  type Choice,
  type TableChanges,
} from "./table.ts";
import type { Answer, Ask, Grant, Refusal, TokenTable } from "./types.ts";

/** How a tool used its grant. */
export interface NotedUse {
  /** The sign-in whose token the tool got; absent: it got none. */
  readonly signIn?: string;
  /** The scopes that it asked for. */
  readonly scopes?: readonly string[] | undefined;
  /** What it wants the token for. */
  readonly reason?: string | undefined;
}

/** What a session needs from the thread that it runs in. */
export interface SessionHost {
  /** The path or pipe name that the client connected to. */
  readonly endpoint: string;
  /** 32 random bytes, base64url, never used again; absent: the session draws them. */
  readonly challenge?: string;
  readonly table: () => TokenTable;
  readonly nowMs: () => number;
  /** Asks main for a fresh token; requests for the same token share the answer. Limited for each grant. */
  readonly miss: (grant: string, ask: Ask<"token">) => Promise<Answer<"token">>;
  /** Has main validate a token at its provider. Limited for each grant and sign-in. */
  readonly report: (grant: string, ask: Ask<"report">) => Promise<Answer<"report">>;
  /** One pairing at a time over all connections; `code` is what both sides show. */
  readonly pair: (
    asked: Params<"pair.request">,
  ) => { readonly code: string; readonly answer: Promise<Answer<"pair">> } | Refusal;
  readonly revokeSelf: (grant: string) => Promise<Answer<"revokeSelf">>;
  /** Has the window come to a place. Limited for each grant. */
  readonly show: (ask: Ask<"show">) => Promise<Answer<"show">>;
  /** Counts a use of the grant. */
  readonly noteUse: (grant: string, use?: NotedUse) => void;
  readonly write: (line: string) => void;
  /** Closes the connection after what was written has gone out. */
  readonly end: () => void;
}

export interface Session {
  /** Undefined until the proof was verified, or the pairing allowed. */
  readonly grant: string | undefined;
  /** The user has not yet decided about the tool's pairing request. */
  readonly pairing: boolean;
  /** The tool has asked for notifications. */
  readonly watches: boolean;
  /** Takes a line; resolves when it has been answered. */
  take(line: string): Promise<void>;
  /** Ends the session with this error. */
  leave(code: "protocol_error" | "too_slow"): void;
  /** Notifies the tool of those changes that its grant covers. */
  notify(changes: TableChanges): void;
  /** Notifies the tool that its grant is gone, and ends the session. */
  cut(): void;
}

/** The most questions to main for one request: a second one if the first answer's token has too little time left. */
const MAX_MISSES = 2;

/** Methods that may only be the first request of a connection. */
type First = Extract<Method, "auth" | "pair.request">;
type Later = Exclude<Method, First>;
const isFirst = (name: string): name is First => name === "auth" || name === "pair.request";
const isLater = (name: string): name is Later => !isFirst(name) && Object.hasOwn(params, name);
/** The key that a proof of an unknown client is checked against, so that the check takes as long as for a known one. */
const UNKNOWN_CLIENT_KEY = randomBytes(32);

/** A session in progress. */
interface Context {
  readonly host: SessionHost;
  readonly replies: Replies;
  readonly challenge: string;
  /** The first request has come. */
  greeted: boolean;
  grant: string | undefined;
  pairing: boolean;
  watches: boolean;
  /** The session has ended: it answers no more requests. */
  ended: boolean;
  /** The `grant.revokeSelf` under way: it is answered before the end that it causes. */
  revokeSelf: RequestId | undefined;
}

function leave(context: Context, id: RequestId | null, code: SocketErrorCode, retryAfterSec?: number): void {
  context.ended = true;
  context.replies.refuse(id, code, retryAfterSec);
  context.host.end();
}

function cut(context: Context): void {
  if (context.ended) return;
  context.ended = true;
  if (context.revokeSelf !== undefined) context.replies.answer(context.revokeSelf, "grant.revokeSelf", {});
  context.replies.notify("grant.revoked", {});
  context.host.end();
}

const currentGrant = ({ host, grant }: Context): Grant | undefined =>
  host.table().grants.find(({ id }) => id === grant);

/** The grant as it is now. Undefined: the request, or the whole session, has just been refused or has ended before. */
function allowedNow(context: Context, id: RequestId): Grant | undefined {
  if (context.ended) return undefined;
  if (context.host.table().locked) {
    context.replies.refuse(id, "vault_locked");
    return undefined;
  }
  const grant = currentGrant(context);
  if (grant === undefined) cut(context);
  return grant;
}

function authenticate(context: Context, id: RequestId, { client, nonce, proof }: Params<"auth">): void {
  const { host, replies, challenge } = context;
  const table = host.table();
  // The refusal carries no proof of ours, so a client takes it as "later" and as nothing more.
  if (table.locked) return leave(context, id, "vault_locked");
  const known = table.grants.find((candidate) => candidate.id === client);
  const key = known === undefined ? UNKNOWN_CLIENT_KEY : Buffer.from(known.key, "base64url");
  const input = { key, endpoint: host.endpoint, challenge, client, nonce };
  const fits = sameProof(proofOf("client", input), proof);
  if (!fits || known === undefined) return leave(context, id, "auth_failed");
  context.grant = client;
  replies.answer(id, "auth", { proof: proofOf("server", input) });
}

async function pair(context: Context, id: RequestId, asked: Params<"pair.request">): Promise<void> {
  const { host, replies } = context;
  if (host.table().locked) return leave(context, id, "vault_locked");
  const question = host.pair(asked);
  if ("ok" in question) return leave(context, id, question.code, question.retryAfterSec);
  context.pairing = true;
  replies.notify("pair.code", { code: question.code });
  const answer = await question.answer;
  context.pairing = false;
  if (context.ended) return; // the tool did not wait for the answer
  if (!answer.ok) return leave(context, id, answer.code, answer.retryAfterSec);
  const { grant, ...result } = answer.value;
  context.grant = grant;
  replies.answer(id, "pair.request", result);
}

/** The first request is a proof or a pairing, or the session ends. */
function takeFirst(context: Context, id: RequestId, method: string, given: unknown): void | Promise<void> {
  context.greeted = true;
  if (method === "auth") {
    const checked = v.safeParse(params.auth, given);
    return checked.success ? authenticate(context, id, checked.output) : leave(context, id, "protocol_error");
  }
  if (method !== "pair.request") return leave(context, id, "protocol_error");
  const checked = v.safeParse(params["pair.request"], given);
  return checked.success ? pair(context, id, checked.output) : leave(context, id, "params_invalid");
}

/**
 * Hands out a token: the one place where a token leaves for a tool. After a question to main, grant, table and clock
 * are checked again, because they may have changed meanwhile.
 */
async function handOutToken(
  context: Context,
  id: RequestId,
  asked: Params<"token.get">,
  allowed: Grant,
): Promise<void> {
  const { host, replies } = context;
  const ask = asked ?? {};
  let grant = allowed;
  let choice: Choice = chooseToken(host.table(), grant, ask, host.nowMs());
  for (let misses = 0; choice.kind === "miss" && misses < MAX_MISSES; misses += 1) {
    const { signIn } = choice.ask;
    const answer = await host.miss(grant.id, choice.ask);
    const grantNow = allowedNow(context, id);
    if (grantNow === undefined) return;
    grant = grantNow;
    choice = afterMiss(host.table(), grant, ask, { signIn, answer }, host.nowMs());
  }
  const { reason, scopes } = ask;
  host.noteUse(grant.id, choice.kind === "token" ? { signIn: choice.signIn, scopes, reason } : { reason });
  if (choice.kind === "token") return replies.answerToken(id, choice.token);
  // Still a miss: it was refreshed twice, and each time the provider was slower than its tokens live.
  return choice.kind === "error"
    ? replies.refuse(id, choice.code, choice.retryAfterSec)
    : replies.refuse(id, "provider_unreachable");
}

/** What each later method does, once its parameters are checked and the grant is known. */
const methods: {
  readonly [M in Later]: (
    context: Context,
    id: RequestId,
    given: Params<M>,
    grant: Grant,
  ) => void | Promise<void>;
} = {
  "accounts.list"({ host, replies }, id, _given, grant) {
    host.noteUse(grant.id);
    replies.answer(id, "accounts.list", { accounts: accountsFor(host.table(), grant) });
  },
  "token.get": handOutToken,
  async "token.reportInvalid"(context, id, { token_id }, grant) {
    const { host, replies } = context;
    const answerValid = (valid: boolean): void => replies.answer(id, "token.reportInvalid", { valid });
    host.noteUse(grant.id);
    const entry = reported(host.table(), grant, token_id);
    if (entry === undefined) return answerValid(false);
    const answer = await host.report(grant.id, { signIn: entry.signIn, tokenId: token_id });
    const grantNow = allowedNow(context, id);
    if (grantNow === undefined) return;
    // Where the tool may not have this token any more, it learns that, and nothing about the sign-in.
    if (reported(host.table(), grantNow, token_id) === undefined) return answerValid(false);
    return answer.ok
      ? answerValid(answer.value.valid)
      : replies.refuse(id, answer.code, answer.retryAfterSec);
  },
  "token.watch"(context, id) {
    context.watches = true;
    context.replies.answer(id, "token.watch", {});
  },
  async "grant.revokeSelf"(context, id, _given, grant) {
    context.revokeSelf = id;
    const answer = await context.host.revokeSelf(grant.id);
    context.revokeSelf = undefined;
    // Where it is revoked, the table without it has ended this session like the others of the grant.
    if (!answer.ok) context.replies.refuse(id, answer.code);
  },
  async "ui.request"({ host, replies }, id, { action, account: name, scopes }, grant) {
    const account = name === undefined ? undefined : accountOf(host.table(), grant, name);
    if (name !== undefined && account === undefined) return replies.refuse(id, "account_unknown");
    if (action === "remove" && account === undefined) return replies.refuse(id, "params_invalid");
    const answer = await host.show({
      grant: grant.id,
      action,
      ...(account !== undefined && { account }),
      ...(scopes !== undefined && { scopes }),
    });
    return answer.ok
      ? replies.answer(id, "ui.request", answer.value)
      : replies.refuse(id, answer.code, answer.retryAfterSec);
  },
};

function takeLater<M extends Later>(
  context: Context,
  id: RequestId,
  method: M,
  given: unknown,
): void | Promise<void> {
  const checked = v.safeParse(params[method], given);
  // Parameters go by name: an array would pass for an object whose members are all optional.
  if (!checked.success || Array.isArray(given)) return context.replies.refuse(id, "params_invalid");
  const grant = allowedNow(context, id);
  return grant && methods[method](context, id, checked.output, grant);
}

async function take(context: Context, line: string): Promise<void> {
  if (context.ended) return;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return leave(context, null, "protocol_error");
  }
  const parsed = v.safeParse(request, value);
  if (!parsed.success) return leave(context, null, "protocol_error");
  const { id, method, params: given } = parsed.output;
  if (!context.greeted) return takeFirst(context, id, method, given);
  // A challenge serves one proof, and a connection one pairing.
  if (context.pairing || isFirst(method)) return leave(context, id, "protocol_error");
  if (!isLater(method)) return context.replies.refuse(id, "method_unknown");
  return takeLater(context, id, method, given);
}

function notify(context: Context, changes: TableChanges): void {
  if (!context.watches || context.ended) return;
  const { replies } = context;
  if (changes.lock !== undefined) return replies.notify(`vault.${changes.lock}`, {});
  const grant = currentGrant(context);
  if (grant === undefined) return;
  const { changed, ended } = changesFor(changes, grant);
  for (const { account, token } of changed) {
    const { token_id, client_id, scopes, expires_at } = token;
    replies.notify("token.changed", { account, token_id, client_id, scopes, expires_at });
  }
  for (const { account, token } of ended)
    replies.notify("token.revoked", { account, token_id: token.token_id });
}

export function createSession(host: SessionHost): Session {
  const challenge = host.challenge ?? randomBytes(32).toString("base64url");
  const context: Context = {
    host,
    replies: createReplies(host.write),
    challenge,
    greeted: false,
    grant: undefined,
    pairing: false,
    watches: false,
    ended: false,
    revokeSelf: undefined,
  };
  context.replies.greet(challenge);
  return {
    get grant() {
      return context.grant;
    },
    get pairing() {
      return context.pairing;
    },
    get watches() {
      return context.watches;
    },
    cut: () => cut(context),
    leave(code) {
      if (!context.ended) leave(context, null, code);
    },
    notify: (changes) => notify(context, changes),
    take: (line) => take(context, line),
  };
}
