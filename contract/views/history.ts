/** The history of sign-ins. */
import type { Failure } from "../failure.ts";

/** One event of a sign-in. Lists of them have the newest first. */
export interface HistoryView {
  readonly atMs: number;
  readonly what:
    "signed_in" | "validated" | "refreshed" | "copied" | "handed_out" | "failed" | "revoked" | "imported";
  /** The tool it was handed to, by name; absent when that tool is gone. */
  readonly tool?: string;
  /** How often in a row; the last time at `atMs`. */
  readonly count: number;
  readonly failure?: Failure;
}

/** An entry of some sign-in's history. */
export interface ActivityView extends HistoryView {
  /** Id of the sign-in, which may be gone. */
  readonly signIn: string;
}
