/** What crosses between main and the socket's worker thread. */
import type { SocketErrorCode, TokenGetResult } from "../../contract/socket.ts";
import type { HandOut, Miss, Use } from "./types.ts";

export interface WorkerStart {
  /** The path or pipe name to listen on. */
  readonly endpoint: string;
}
export type ToWorker =
  | { readonly kind: "table"; readonly number: number; readonly table: HandOut }
  | ({ readonly kind: "answer"; readonly number: number } & MissAnswer)
  | { readonly kind: "close" };

export type MissAnswer =
  | { readonly ok: true; readonly token: TokenGetResult }
  | { readonly ok: false; readonly code: SocketErrorCode };

export type FromWorker =
  | { readonly kind: "listening" }
  | { readonly kind: "failed"; readonly cause: string }
  /** The table with this number counts from now on. */
  | { readonly kind: "acknowledged"; readonly number: number }
  | ({ readonly kind: "miss"; readonly number: number } & Miss)
  | {
      readonly kind: "uses";
      readonly uses: readonly Use[];
    };
