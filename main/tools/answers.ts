/** Main's end of the local socket: starts the worker, keeps its table up to date, answers its questions. */
import type { Failure } from "../../contract/failure.ts";
import type { SocketErrorCode } from "../../contract/socket.ts";
import { accountKey, type SignInRecord } from "../../core/accounts/records.ts";
import type { Host } from "../app/host.ts";
import { waitsFor } from "../../core/accounts/status.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { HandOut, OnQuestion, Refusal, SocketServer, Use } from "../socket/types.ts";
import type { ToolGrant } from "./grants.ts";
import { handOut, tokenResult } from "./token-table.ts";

/** What a tool is told of a failure: a stable code; the sentence stays with the person who can act on it. */
export function socketCodeOf({ code }: Failure): SocketErrorCode {
  switch (code) {
    case "vault_locked":
    case "vault_not_ready":
    case "vault_paused":
      return "vault_locked";
    case "account_unknown":
      return "account_unknown";
    case "provider_unreachable":
    case "proxy_failing":
    case "proxy_authentication":
    case "provider_busy":
    case "answer_unrecognized":
    case "provider_refused":
    case "provider_error":
    case "provider_misbehaved":
    case "storage_failing":
    case "refresh_budget":
    case "profile_unlocked":
      return "provider_unreachable";
    case "internal":
      return "internal";
    default:
      return "needs_sign_in";
  }
}
const refused = (failure: Failure): Refusal => ({ ok: false, code: socketCodeOf(failure) });

/** A socket that could not be opened is tried again after this long; the wait is doubled each time. */
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

export interface Broker {
  /** Does not fail: `failure` says why nothing listens, and it is tried again. */
  start(): Promise<void>;
  /** Brings the worker's table up to date, or what it has of these sign-ins; resolves once it counts. */
  push(only?: ReadonlySet<string>): Promise<void>;
  stop(): Promise<void>;
  readonly endpoint: string | undefined;
  readonly failure: Failure | undefined;
}

export function createBroker(
  host: Pick<Host, "startSocketServer" | "runtimeFolder" | "socketWorkerUrl" | "clock" | "log">,
  keeper: Keeper,
  parts: {
    /** False while locked or paused: tools are told to ask later. */
    readonly handsOut: () => boolean;
    readonly grants: () => readonly ToolGrant[];
    readonly onUse: (uses: readonly Use[]) => void;
    readonly onLeft: (grant: string) => void;
    /** `endpoint` or `failure` is another than before. */
    readonly changed: () => void;
  } & Pick<OnQuestion, "pair" | "revokeSelf" | "show">,
): Broker {
  const { handsOut, grants, onUse, onLeft, changed, pair, revokeSelf, show } = parts;
  const { clock, log } = host;
  const { watches } = keeper;
  let server: SocketServer | undefined;
  let failure: Failure | undefined;
  let stopped = false;
  let tries = 0;
  let cancelRetry: () => void = () => undefined;
  const tableOf = (records: readonly SignInRecord[]): HandOut =>
    handOut(handsOut(), records, grants(), watches, clock.nowMs());
  /** Undefined: these alone cannot tell. */
  function pushOnly(ids: ReadonlySet<string>): Promise<void> | undefined {
    const records = [...ids].map((id) => watches.current(id));
    if (!handsOut() || records.some((record) => record === undefined)) return undefined;
    const keys = new Set(records.map((record) => record && accountKey(record)));
    return server?.patch(tableOf(watches.all().filter((record) => keys.has(accountKey(record)))));
  }
  const push = async (only?: ReadonlySet<string>): Promise<void> =>
    (only && pushOnly(only)) ?? server?.push(tableOf(watches.all()));

  const onQuestion: OnQuestion = {
    async token({ signIn, minValidSec, rest }) {
      if (!handsOut()) return { ok: false, code: "vault_locked" };
      // Tools are told ends in whole seconds, cut off: what is too short for them is too short here.
      const answer = await keeper.tokenFor(signIn, (minValidSec + 1) * 1000, rest, "tool");
      // The thread judges by its table: what it may hand out, and whether another question makes sense.
      await push(new Set([signIn]));
      if (!answer.ok) return refused(answer.failure);
      const record = watches.current(signIn);
      const token = record && tokenResult(record, watches.of(signIn), watches.endsAtMs(record));
      return token === undefined ? { ok: false, code: "needs_sign_in" } : { ok: true, value: token };
    },

    async report({ signIn, tokenId }) {
      if (!handsOut()) return { ok: false, code: "vault_locked" };
      const waiting = waitsFor(watches.of(signIn), clock.nowMs());
      if (waiting !== undefined) return refused(waiting); // no demand gets around a back-off
      const checked = await keeper.validate(signIn, "tool");
      const record = watches.current(signIn);
      const now = record && tokenResult(record, watches.of(signIn), watches.endsAtMs(record));
      await push(new Set([signIn])); // or its next question would be answered with the token that it reports
      if (now?.token_id !== tokenId) return { ok: true, value: { valid: false } };
      return checked.ok ? { ok: true, value: { valid: true } } : refused(checked.failure);
    },

    pair: (ask, gone) =>
      handsOut() ? pair(ask, gone) : Promise.resolve({ ok: false, code: "vault_locked" }),
    revokeSelf,
    show,
  };

  /** Tells the window and the doctor why tools cannot connect; undefined: they can. */
  function onState(found: Failure | undefined, cause?: unknown): void {
    failure = found;
    if (found === undefined) log.info("socket.open", {});
    else log.warn("socket.failed", { code: found.code, cause });
    changed();
  }
  /** Again and again while it fails: what hinders it (a folder that others may open, another program) may be set right. */
  async function start(): Promise<void> {
    const { runtimeFolder: folder, socketWorkerUrl: workerUrl } = host;
    const started = await host.startSocketServer({
      folder,
      workerUrl,
      onQuestion,
      onUse,
      onLeft,
      onState,
    });
    if (stopped) return started.ok ? started.value.close() : undefined;
    if (started.ok) {
      server = started.value;
      if (failure !== undefined) onState(undefined);
      await push();
      return;
    }
    onState(started.failure, started.cause);
    cancelRetry = clock.after(Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** tries), () => void start());
    tries += 1;
  }

  return {
    push,
    get endpoint() {
      return server?.endpoint;
    },
    get failure() {
      return failure;
    },
    start,
    async stop() {
      stopped = true;
      cancelRetry();
      await server?.close();
      server = undefined;
    },
  };
}
