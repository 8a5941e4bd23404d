/** What goes wrong in the window itself goes to main's log: its kind and its place in our code, never what it says. */
import type { Argument, RendererApi } from "../../contract/ipc.ts";

export type Where = Argument<"window.failed">["where"];
/** One that comes at every frame would fill the log. */
const TOLD_AT_MOST = 20;
const FRAMES = 8;

let api: RendererApi | undefined;
let told = 0;

export function reportTo(given: RendererApi): void {
  api = given;
}

/** A message may hold what a person typed, so it stays here. */
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
  if (api === undefined || told >= TOLD_AT_MOST) return;
  told += 1;
  void api["window.failed"]({ where, ...factsOf(error) }).catch(() => undefined);
}
