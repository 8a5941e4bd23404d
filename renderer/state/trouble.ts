/** Reports errors of the window to main's log: the kind of error and its place in our code, never its message. */
import type { Argument, RendererApi } from "../../contract/ipc.ts";

export type Where = Argument<"window.failed">["where"];
/** An error in every frame would fill the log. */
const MOST_REPORTS = 20;
const FRAMES = 8;

let api: RendererApi | undefined;
let reported = 0;

export function reportTo(given: RendererApi): void {
  api = given;
}

/** The message stays here, since it may hold what a user typed. */
function factsOf(error: unknown): { readonly name: string; readonly frames: string[] } {
  if (!(error instanceof Error)) return { name: "Other", frames: [] };
  const frames = [
    ...(error.stack ?? "").matchAll(/([\w.-]{1,80}\.(?:js|ts|svelte))[^\s:]*:(\d{1,7}):(\d{1,7})/g),
  ]
    .slice(0, FRAMES)
    .map(([, file = "", line = "", column = ""]) => `${file}:${line}:${column}`);
  return { name: /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : "Error", frames };
}

export function report(where: Where, error: unknown): void {
  if (api === undefined || reported >= MOST_REPORTS) return;
  reported += 1;
  void api["window.failed"]({ where, ...factsOf(error) }).catch(() => undefined);
}
