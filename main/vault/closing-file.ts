/**
 * `closed.json`: what is known of a vault while it is closed. A small file without secrets, written when the vault
 * closes or is paused (docs/vault-format.md).
 */
import { readFile, rm } from "node:fs/promises";
import * as v from "valibot";
import type { VaultRecord } from "../../core/accounts/records.ts";
import { IDLE_LIMIT_MS, IDLE_WARN_MS } from "../../core/lifecycle/schedule.ts";
import type { Clock } from "../../core/ports.ts";
import { storedInstant } from "../../core/stored-numbers.ts";
import { writeDurably } from "../storage/durable-file.ts";

const shape = v.object({
  format: v.literal(1),
  /** The user locked or paused the vault: a restart does not open it, or does not hand out tokens. */
  held: v.boolean(),
  closedAtMs: storedInstant,
  /** When the refresh token that has been idle longest was last used. */
  idleSinceMs: storedInstant,
});
export type Closing = v.InferOutput<typeof shape>;

export interface ClosingFile {
  /** Undefined: there is no file, or one that cannot be read; it holds nothing that would be lost. */
  read(): Promise<Closing | undefined>;
  /** Rejects with the file system's error. */
  write(held: boolean, records: Iterable<VaultRecord>): Promise<void>;
  /** Rejects with the file system's error. */
  erase(): Promise<void>;
  /** When a closed vault has to be opened at the latest; absent until that is near. */
  openBy(closing: Closing | undefined): { openByMs?: number };
}

export function createClosingFile(file: string, clock: Pick<Clock, "nowMs">): ClosingFile {
  return {
    async read() {
      try {
        const parsed = v.safeParse(shape, JSON.parse(await readFile(file, "utf8")));
        return parsed.success ? parsed.output : undefined;
      } catch {
        return undefined;
      }
    },
    write(held, records) {
      const closing: Closing = { format: 1, held, closedAtMs: clock.nowMs(), ...idleSince(records) };
      return writeDurably(file, JSON.stringify(closing));
    },
    erase: () => rm(file, { force: true }),
    openBy(closing) {
      const sinceMs = closing?.idleSinceMs;
      if (sinceMs === undefined || clock.nowMs() - sinceMs < IDLE_WARN_MS) return {};
      return { openByMs: sinceMs + IDLE_LIMIT_MS };
    },
  };
}

function idleSince(records: Iterable<VaultRecord>): { idleSinceMs?: number } {
  let oldestMs: number | undefined;
  for (const record of records)
    if (record.kind === "sign_in" && record.refresh_token !== undefined)
      oldestMs = Math.min(oldestMs ?? Infinity, record.issuedAtMs);
  return oldestMs === undefined ? {} : { idleSinceMs: oldestMs };
}
