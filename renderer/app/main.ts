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
// Errors that no boundary catches: those of event handlers, and rejections that nobody awaits.
addEventListener("error", ({ error }) => {
  if (error instanceof Error) report("action", error);
});
addEventListener("unhandledrejection", ({ reason }) => report("action", reason));

const target = document.getElementById("app");
const language = new WindowLanguage();
await language.begin(); // at once for English
if (target !== null) {
  target.replaceChildren();
  // Made outside of all components: an error in the listing is then an error of the screen that reads it.
  mount(Root, { target, props: { parts: createWindowState(window.tokenkeep), language } });
}
