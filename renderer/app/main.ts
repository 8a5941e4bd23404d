import { mount } from "svelte";
import type { RendererApi } from "../../contract/ipc.ts";
import { WindowLanguage } from "../state/language.svelte.ts";
import { report, reportTo } from "../state/trouble.ts";
import { createWindowState } from "../state/window.ts";
import Root from "./Root.svelte";

declare global {
  interface Window {
    readonly tokenkeep: RendererApi;
  }
}

reportTo(window.tokenkeep);
// What no boundary catches: handlers of events, and what was not waited for.
addEventListener("error", ({ error }) => {
  if (error instanceof Error) report("action", error);
});
addEventListener("unhandledrejection", ({ reason }) => report("action", reason));

const target = document.getElementById("app");
const language = new WindowLanguage();
await language.begin(); // at once for English
if (target !== null) {
  target.replaceChildren();
  // Made outside of what is drawn: what goes wrong in the list, say, is then an error of the screen that reads it.
  mount(Root, { target, props: { parts: createWindowState(window.tokenkeep), language } });
}
