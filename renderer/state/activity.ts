/** The entries of the activity as lines: which kinds are shown, and which entries become one line. Pure. */
import type { ActivityView } from "../../contract/views/history.ts";
import { t } from "../text/t.ts";
import { historyText } from "./history.ts";

/** The kinds of entries that can be shown alone, in the order of their buttons. */
export const KINDS = ["failed", "tools", "checks", "accounts"] as const;
export type Kind = (typeof KINDS)[number];

const KIND_OF: Record<ActivityView["what"], Kind> = {
  failed: "failed",
  handed_out: "tools",
  copied: "tools",
  access_changed: "tools",
  validated: "checks",
  refreshed: "checks",
  signed_in: "accounts",
  imported: "accounts",
  revoked: "accounts",
};
export const kindOf = ({ what }: ActivityView): Kind => KIND_OF[what];

const HOUR_MS = 3_600_000;
/** Entries of the everyday: of one account and hour they become one line. */
const EVERYDAY: readonly ActivityView["what"][] = ["handed_out", "copied", "validated", "refreshed"];

/** One line: an entry, or the everyday entries of an account and hour, the newest first. */
export interface ActivityLine {
  readonly signIn: string;
  /** When the newest entry happened. */
  readonly atMs: number;
  readonly entries: readonly ActivityView[];
}

/**
 * Puts the everyday entries of each account and hour into one line, at the place of the newest. The order of the others
 * stays. `entries`: the newest first.
 */
export function linesOf(entries: readonly ActivityView[]): readonly ActivityLine[] {
  const lines: { signIn: string; atMs: number; entries: ActivityView[] }[] = [];
  const everyday = new Map<string, ActivityView[]>();
  for (const entry of entries) {
    const { signIn, atMs } = entry;
    const key = EVERYDAY.includes(entry.what) ? `${signIn} ${String(Math.floor(atMs / HOUR_MS))}` : undefined;
    const line = key === undefined ? undefined : everyday.get(key);
    if (line !== undefined) {
      line.push(entry);
      continue;
    }
    const started = [entry];
    if (key !== undefined) everyday.set(key, started);
    lines.push({ signIn, atMs, entries: started });
  }
  return lines;
}

const countOf = (entries: readonly ActivityView[]): number =>
  entries.reduce((sum, { count }) => sum + count, 0);

/**
 * A line in words. Several entries are summed up: how many tools used the token, and how often the provider was asked
 * for it.
 * @param provider the provider's name
 */
export function lineText({ entries }: ActivityLine, provider: string): string {
  const [first] = entries;
  if (first === undefined) return "";
  if (entries.length === 1) return historyText(first);
  const given = entries.filter(({ what }) => what === "handed_out");
  const tools = new Set(given.map(({ tool }) => tool ?? "")).size;
  const copied = countOf(entries.filter(({ what }) => what === "copied"));
  const asked = countOf(entries.filter((entry) => kindOf(entry) === "checks"));
  return [
    tools > 0 && t("activity.toolsAsked", { count: tools }),
    copied > 0 && t("activity.copied", { count: copied }),
    asked > 0 && t("activity.providerAsked", { count: asked, provider }),
  ]
    .filter((part) => part !== false)
    .join(" ");
}
