/** Answers the questions of the socket's thread: a new token, a report, a pairing, a place in the window. */
import type { Failure } from "../../contract/failure.ts";
import type { SocketErrorCode } from "../../contract/socket.ts";
import { waitsFor } from "../../core/accounts/status.ts";
import type { Clock } from "../../core/ports.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { Ask, OnQuestion, Refusal } from "../socket/types.ts";
import type { Grants } from "./grants.ts";
import type { Pairing } from "./pairing.ts";
import type { SocketAnswers } from "./socket-link.ts";
import type { TableSync } from "./table-sync.ts";
import { tokenResult } from "./token-table.ts";

/** The code that a tool gets for a failure. The sentence stays with the user, who can act on it. */
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
const LOCKED: Refusal = { ok: false, code: "vault_locked" };

interface AnswerParts {
  readonly keeper: Pick<Keeper, "tokenFor" | "validate" | "watches">;
  readonly grants: Pick<Grants, "remove" | "noteUses">;
  readonly pairing: Pick<Pairing, "ask">;
  readonly tableSync: Pick<TableSync, "push">;
  /** The window's navigation requests. */
  readonly navigation: {
    readonly request: (request: {
      readonly action: Ask<"show">["action"];
      readonly account?: string;
      readonly scopes?: readonly string[];
    }) => void;
  };
  /** While streamer mode is on, a request of a tool waits and the window does not come to it. */
  readonly streamerMode: () => boolean;
  /** False while the vault is locked or hand-outs are paused: a tool is then refused with `vault_locked`. */
  readonly handsOut: () => boolean;
  readonly clock: Pick<Clock, "nowMs">;
}

function tokenAnswers(parts: AnswerParts): Pick<OnQuestion, "token" | "report"> {
  const { keeper, tableSync, handsOut, clock } = parts;
  const { watches } = keeper;
  const currentToken = (signIn: string) => {
    const record = watches.current(signIn);
    return record && tokenResult(record, watches.of(signIn), watches.endsAtMs(record));
  };
  return {
    async token({ signIn, minValidSec, acceptShorter }) {
      if (!handsOut()) return LOCKED;
      // Tools get the end of a token in whole seconds, rounded down: the same second is missing here.
      const answer = await keeper.tokenFor(signIn, (minValidSec + 1) * 1000, acceptShorter, "tool");
      // The thread decides by its table what it may hand out, and whether it asks again.
      await tableSync.push(signIn);
      if (!answer.ok) return refused(answer.failure);
      const token = currentToken(signIn);
      return token === undefined ? { ok: false, code: "needs_sign_in" } : { ok: true, value: token };
    },

    async report({ signIn, tokenId }) {
      if (!handsOut()) return LOCKED;
      const waitsBecause = waitsFor(watches.of(signIn), clock.nowMs());
      if (waitsBecause !== undefined) return refused(waitsBecause); // no demand gets around a back-off
      const checked = await keeper.validate(signIn, "tool");
      const token = currentToken(signIn);
      await tableSync.push(signIn); // or the tool's next request would be answered with the token that it reports
      if (token?.token_id !== tokenId) return { ok: true, value: { valid: false } };
      return checked.ok ? { ok: true, value: { valid: true } } : refused(checked.failure);
    },
  };
}

function grantAnswers(parts: AnswerParts): Pick<OnQuestion, "pair" | "revokeSelf" | "show"> {
  const { grants, pairing, navigation, streamerMode, handsOut } = parts;
  return {
    pair: (ask, gone) => (handsOut() ? pairing.ask(ask, gone) : Promise.resolve(LOCKED)),
    async revokeSelf({ grant }) {
      const removed = await grants.remove(grant);
      return removed.ok ? { ok: true, value: null } : { ok: false, code: "internal" };
    },
    show({ action, account, scopes }) {
      navigation.request({ action, ...(account !== undefined && { account }), ...(scopes && { scopes }) });
      return Promise.resolve({ ok: true, value: { shown: !streamerMode() } });
    },
  };
}

export function createAnswers(parts: AnswerParts): SocketAnswers {
  const { grants, tableSync } = parts;
  return {
    onQuestion: {
      ...tokenAnswers(parts),
      ...grantAnswers(parts),
    },
    onUse: (uses) => grants.noteUses(uses),
    onLeft: (grant) => void grants.remove(grant),
    onListening: () => tableSync.push(),
  };
}
