/** What all parts of the fault campaign share: its length, its luck, and the table it fills. */
import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";

/** `npm run campaign` takes the long form; the tests of every day a short one of the same. */
export const LONG = process.env["CAMPAIGN"] === "long";

/** The same numbers in every run, so that what was found once is found again. */
export const SEED = 20_261_125;

/** Whole numbers from 0 to below `end`: mulberry32, which is small, even and needs no state but its seed. */
export function createLuck(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}

/** A line of the table: what was done to what, and what came of it. */
export interface Row {
  readonly part: string;
  readonly case: string;
  readonly [figure: string]: string | number;
}

const FILE = path.join(process.env["TOKENKEEP_OUTPUT"] ?? "out/campaign", "rows.jsonl");
export function report(row: Row): void {
  mkdirSync(path.dirname(FILE), { recursive: true });
  appendFileSync(FILE, `${JSON.stringify(row)}\n`);
}
