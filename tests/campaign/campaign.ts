/** Shared by all parts of the fault campaign: its length, its random numbers, and its table of results. */
import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";

/** `npm run campaign` runs the long form; `npm test` runs a short form of the same tests. */
export const LONG = process.env["CAMPAIGN"] === "long";

/** The seed is the same in every run, so that a failure can be repeated. */
export const SEED = 20_261_125;

/** Whole numbers from 0 to below `end`: mulberry32, a small and even generator. */
export function createLuck(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}

/** Adds a line to the table: the part, the case and its figures. */
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
