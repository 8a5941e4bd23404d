/** Keeps the token table of the socket's thread up to date: builds it, and sends what changed. */
import { accountKey, type SignInRecord } from "../../core/accounts/records.ts";
import type { Clock, Log } from "../../core/ports.ts";
import { coalesced } from "../../core/single-flight.ts";
import type { Watches } from "../keeper/watches.ts";
import type { TokenTable } from "../socket/types.ts";
import type { ToolGrant } from "./grant-list.ts";
import type { SocketLink } from "./socket-link.ts";
import { tokenTable } from "./token-table.ts";

/** With many sign-ins, changes are collected for this long at most before they are sent. */
const LONGEST_WAIT_MS = 5_000;
/** Each sign-in adds a fifth of a millisecond to that wait: 10,000 of them wait for two seconds. */
const SIGN_INS_PER_MS = 5;

export interface TableSync {
  /** Notes that this sign-in, or possibly every sign-in, has changed. The change is sent soon, together with others. */
  touch(signIn?: string): void;
  /**
   * Sends the whole table now, or where possible only the account of this sign-in. Resolves once the thread answers from
   * it, so that a lock or a revocation counts from then on.
   */
  push(signIn?: string): Promise<void>;
  /** As `push`, for many calls at once: calls that come while a table is sent share the next one. */
  pushCoalesced(): Promise<void>;
}

export function createTableSync(parts: {
  readonly link: Pick<SocketLink, "server">;
  readonly signInCount: () => number;
  readonly watches: Pick<Watches, "all" | "current" | "endsAtMs" | "of">;
  readonly grants: () => readonly ToolGrant[];
  /** False while the vault is locked or hand-outs are paused: the table is then empty. */
  readonly handsOut: () => boolean;
  readonly clock: Pick<Clock, "after" | "nowMs">;
  readonly log: Pick<Log, "error">;
}): TableSync {
  const { link, signInCount, watches, grants, handsOut, clock, log } = parts;
  const tableOf = (signIns: readonly SignInRecord[]): TokenTable =>
    tokenTable(handsOut(), signIns, grants(), watches, clock.nowMs());

  /** Sends the accounts of these sign-ins alone. Undefined, and nothing is sent, where only a whole table will do. */
  function patch(ids: ReadonlySet<string>): Promise<void> | undefined {
    const changed = [...ids].map((id) => watches.current(id));
    if (!handsOut() || changed.some((record) => record === undefined)) return undefined;
    const keys = new Set(changed.map((record) => record && accountKey(record)));
    return link.server?.patch(tableOf(watches.all().filter((record) => keys.has(accountKey(record)))));
  }
  const pushNow = async (ids?: ReadonlySet<string>): Promise<void> =>
    (ids && patch(ids)) ?? link.server?.push(tableOf(watches.all()));

  /** Sign-ins that changed since the last push; undefined: possibly all. */
  let touched: Set<string> | undefined = new Set();
  let timer: (() => void) | undefined;
  const pushTouched = coalesced(async () => {
    const ids = touched;
    touched = new Set();
    try {
      await pushNow(ids);
    } catch (cause) {
      touched = undefined; // the next push brings what this one did not
      throw cause;
    }
  });

  return {
    touch(signIn) {
      if (signIn === undefined) touched = undefined;
      else touched?.add(signIn);
      // With thousands of sign-ins, those that change together are sent together. A tool that asks for a token that has
      // ended gets the new one without that wait.
      timer ??= clock.after(Math.min(LONGEST_WAIT_MS, signInCount() / SIGN_INS_PER_MS), () => {
        timer = undefined;
        void pushTouched().catch((cause: unknown) => log.error("socket.push", { cause }));
      });
    },
    push: (signIn) => pushNow(signIn === undefined ? undefined : new Set([signIn])),
    pushCoalesced() {
      touched = undefined;
      return pushTouched();
    },
  };
}
