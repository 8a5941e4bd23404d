/**
 * Remembers which sign-ins stand first in the list: with thousands of records a start reads those before the rest. The
 * file holds ids of records and nothing else. An outdated or lost file costs a second of a start.
 */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { SignInView } from "../../contract/views/account.ts";
import type { Log } from "../../core/ports.ts";
import { writeDurably } from "../storage/durable-file.ts";
import { MANY } from "../vault/record-files.ts";
import { needsAttention } from "../../core/accounts/status.ts";

/** The number of remembered rows: more than a screen shows. */
const KEPT = 30;
/** Ids of sign-ins, each followed by the id of its client registration. */
const shape = v.pipe(v.array(v.pipe(v.string(), v.uuid())), v.maxLength(2 * KEPT));

export interface FirstRows {
  /** Reads the ids from the end of the last run; empty where there is no readable file. */
  load(): Promise<readonly string[]>;
  /** Takes the whole list, in its order, and writes the file when its beginning changed. */
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
        return []; // there is no file yet, or a crash tore it
      }
    },
    keep(signIns) {
      if (signIns.length < MANY) return;
      const first = [
        ...signIns.filter(needsAttention),
        ...signIns.filter((row) => !needsAttention(row)),
      ].slice(0, KEPT);
      const text = JSON.stringify([...new Set(first.flatMap(({ id, client }) => [id, client]))]);
      if (text === kept) return;
      kept = text;
      writeDurably(file, text).catch((cause: unknown) => log.warn("first_rows.write", { cause }));
    },
  };
}
