/** What is known of a vault while it is closed: a small file without secrets, written when it closes. */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { storedInstant } from "../../core/stored-numbers.ts";
import type { VaultRecord } from "../../core/accounts/records.ts";
import { IDLE_LIMIT_MS, IDLE_WARN_MS } from "../../core/lifecycle/schedule.ts";
import { writeDurably } from "../storage/durable-file.ts";

const shape = v.object({
  format: v.literal(1),
  /** The person wants it closed, or paused: it does not open, or hand out, by itself. */
  held: v.boolean(),
  closedAtMs: storedInstant,
  /** When the refresh token that has been idle longest was last used. */
  idleSinceMs: storedInstant,
});
export type Closing = v.InferOutput<typeof shape>;

/** A file that cannot be read counts as none: it holds nothing that would be lost. */
export async function readClosing(file: string): Promise<Closing | undefined> {
  try {
    const parsed = v.safeParse(shape, JSON.parse(await readFile(file, "utf8")));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
export const writeClosing = (file: string, closing: Omit<Closing, "format">): Promise<void> =>
  writeDurably(file, JSON.stringify({ format: 1, ...closing }));

export function idleSinceMs(records: Iterable<VaultRecord>): { idleSinceMs?: number } {
  let oldest: number | undefined;
  for (const record of records)
    if (record.kind === "sign_in" && record.refresh_token !== undefined)
      oldest = Math.min(oldest ?? Infinity, record.issuedAtMs);
  return oldest === undefined ? {} : { idleSinceMs: oldest };
}

/** When a closed vault has to be opened at the latest; told once that is near. */
export function openBy(closing: Closing | undefined, nowMs: number): { openByMs?: number } {
  const since = closing?.idleSinceMs;
  return since === undefined || nowMs - since < IDLE_WARN_MS ? {} : { openByMs: since + IDLE_LIMIT_MS };
}
