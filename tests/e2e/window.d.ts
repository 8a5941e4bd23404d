import type { RendererApi } from "../../contract/ipc.ts";

declare global {
  interface Window {
    readonly tokenkeep: RendererApi;
  }
}
