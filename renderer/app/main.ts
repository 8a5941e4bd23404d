import { mount } from "svelte";
import type { RendererApi } from "../../contract/ipc.ts";
import App from "./App.svelte";

declare global {
  interface Window {
    readonly tokenkeep: RendererApi;
  }
}

const target = document.getElementById("app");
if (target !== null) {
  target.replaceChildren();
  mount(App, { target, props: { api: window.tokenkeep } });
}
