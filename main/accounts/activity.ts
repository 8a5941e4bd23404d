/** What happened to the sign-ins, with the present names of accounts and tools; the history itself holds ids only. */
import type { Failure } from "../../contract/failure.ts";
import type { ActivityView } from "../../contract/views/history.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { Vault } from "../vault/types.ts";
import type { History, HistoryEntry } from "./history.ts";

/** Entries of the activity screen; each account's own history goes further back. */
const SHOWN = 500;
/** Entries of an export: all that the file of the history can hold. */
const EXPORTED = 100_000;

export interface Activity {
  /** The entries of one sign-in, the newest first. */
  of(signIn: string): Promise<readonly ActivityView[]>;
  /** The newest entries of all sign-ins, the newest first. */
  recent(): Promise<readonly ActivityView[]>;
  /** All entries as CSV (RFC 4180), the newest first, and their number. It holds names, and no token or secret. */
  csv(): Promise<{ readonly text: string; readonly entries: number }>;
}

interface Parts {
  readonly vault: Pick<Vault, "get">;
  readonly keeper: Pick<Keeper, "watches">;
  readonly history: History;
}

/** A value that begins like a formula gets an apostrophe in front: spreadsheets would calculate it. */
const csvLine = (values: readonly string[]): string =>
  `${values
    .map((value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value))
    .map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value))
    .join(",")}\r\n`;

export function createActivity({ vault, keeper, history }: Parts): Activity {
  const loginOf = (signIn: string): string => keeper.watches.current(signIn)?.login ?? "";
  function named({ signIn, atMs, what, tool, count = 1, failure }: HistoryEntry): ActivityView {
    const name = tool === undefined ? undefined : vault.get("grant", tool)?.name;
    return {
      signIn,
      atMs,
      what,
      count,
      ...(name !== undefined && { tool: name }),
      ...(failure !== undefined && { failure: { account: loginOf(signIn), ...failure } as Failure }),
    };
  }
  return {
    of: async (signIn) => (await history.of(signIn)).map(named),
    recent: async () => (await history.recent(SHOWN)).map(named),
    async csv() {
      const entries = (await history.recent(EXPORTED)).map(named);
      const rows = entries.map(({ atMs, signIn, what, count, tool = "", failure }) => [
        new Date(atMs).toISOString(),
        loginOf(signIn),
        what,
        String(count),
        tool,
        failure?.code ?? "",
      ]);
      const head = ["time", "account", "event", "times", "tool", "failure"];
      return { text: [head, ...rows].map(csvLine).join(""), entries: entries.length };
    },
  };
}
