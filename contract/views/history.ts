/** Events of sign-ins. */
import type { Failure } from "../failure.ts";

/** One event of a sign-in, or several equal ones in a row. */
export interface HistoryView {
  readonly atMs: number;
  readonly what:
    | "signed_in"
    | "validated"
    | "refreshed"
    | "copied"
    | "handed_out"
    | "failed"
    | "revoked"
    | "imported"
    /** The user has changed what the tool may use. */
    | "access_changed";
  /** The name of the tool that the event is about; absent when the tool was removed. */
  readonly tool?: string;
  /** The number of equal events in a row; `atMs` is the time of the last one. */
  readonly count: number;
  readonly failure?: Failure;
}

/** An event in the activity of all sign-ins. */
export interface ActivityView extends HistoryView {
  /** ID of the sign-in, which may have been removed since. */
  readonly signIn: string;
}
