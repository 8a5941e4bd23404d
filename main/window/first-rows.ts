/**
 * Which sign-ins the list begins with: over thousands of records, a start reads those before the rest. The file holds
 * records' ids, as their files' names do, and no more. Out of date or lost it costs a second, and nothing else.
 */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { SignInView } from "../../contract/views/account.ts";
import type { Log } from "../../core/ports.ts";
import { writeDurably } from "../storage/durable-file.ts";
import { MANY } from "../vault/record-files.ts";
import { needsAttention } from "../../core/accounts/status.ts";

/** More than a screen holds. */
const KEPT = 30;
/** Each with its client registration at most. */
const shape = v.pipe(v.array(v.pipe(v.string(), v.uuid())), v.maxLength(2 * KEPT));

export interface FirstRows {
  /** As they were at the end of the last run; empty when that is not known. */
  load(): Promise<readonly string[]>;
  /** `signIns`: the whole list, in its order. */
  keep(signIns: readonly SignInView[]): void;
}

export function createFirstRows(file: string, log: Log): FirstRows {
  let kept = "";
  return {
    async load() {
      try {
        kept = await readFile(file, "utf8");
        const read = v.safeParse(shape, JSON.parse(kept));
        return read.success ? read.output : [];
      } catch {
        return []; // none yet, or a torn one
      }
    },
    keep(signIns) {
      if (signIns.length < MANY) return;
      const first = [...signIns.filter(needsAttention), ...signIns.filter((row) => !needsAttention(row))].slice(0, KEPT);
      const text = JSON.stringify([...new Set(first.flatMap(({ id, client }) => [id, client]))]);
      if (text === kept) return;
      kept = text;
      writeDurably(file, text).catch((cause: unknown) => log.warn("first_rows.write", { cause }));
    },
  };
}
