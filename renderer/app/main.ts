import { mount } from "svelte";
import type { RendererApi } from "../../contract/ipc.ts";
import { WindowLanguage } from "../state/language.svelte.ts";
import App from "./App.svelte";

declare global {
  interface Window {
    readonly tokenkeep: RendererApi;
  }
}

const target = document.getElementById("app");
const language = new WindowLanguage();
await language.begin(); // at once for English
if (target !== null) {
  target.replaceChildren();
  mount(App, { target, props: { api: window.tokenkeep, language } });
}
