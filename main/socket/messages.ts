/** What crosses between main and the socket's worker thread. */
import type { Answer, Ask, TokenTable, TokenTablePart, QuestionName, Use } from "./types.ts";

export interface WorkerStart {
  /** The path or pipe name to listen on. */
  readonly endpoint: string;
}
export type ToWorker =
  | { readonly kind: "table"; readonly number: number; readonly table: TokenTable }
  /** Of thousands one is checked each second: to copy them all for it would hold up main. */
  | { readonly kind: "part"; readonly number: number; readonly part: TokenTablePart }
  | { readonly kind: "answer"; readonly number: number; readonly answer: Answer<QuestionName> }
  | { readonly kind: "close" };

export type Question = { [Q in QuestionName]: { readonly about: Q; readonly ask: Ask<Q> } }[QuestionName];

export type FromWorker =
  | { readonly kind: "listening" }
  | { readonly kind: "failed"; readonly cause: string }
  /** The table with this number counts from now on. */
  | { readonly kind: "acknowledged"; readonly number: number }
  | ({ readonly kind: "question"; readonly number: number } & Question)
  /** The answer to a pairing found who asked. */
  | { readonly kind: "had"; readonly number: number }
  /** Nobody waits for the answer any more. */
  | { readonly kind: "gone"; readonly number: number }
  | { readonly kind: "left"; readonly grant: string }
  | { readonly kind: "uses"; readonly uses: readonly Use[] };
