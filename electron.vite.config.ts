import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "electron-vite";
import path from "node:path";
import { licencesModule } from "./tooling/licences.mjs";

const at = (file: string) => path.join(import.meta.dirname, file);
// Named in full: electron-vite would follow the pinned Electron, and the code also runs on an older one (ADR 0001).
const NODE = "node20.18";
const CHROME = "chrome130";

export default defineConfig({
  main: {
    build: {
      target: NODE,
      outDir: "out/main",
      sourcemap: true,
      externalizeDeps: false, // everything is bundled: packages ship no node_modules
      rolldownOptions: {
        input: {
          start: at("main/electron/start.ts"),
          index: at("main/electron/index.ts"),
          "socket-worker": at("main/socket/worker.ts"),
          sandbox: at("sandbox/process.ts"),
        },
        output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
      },
    },
  },
  preload: {
    build: {
      target: NODE,
      outDir: "out/preload",
      sourcemap: false,
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at("preload/index.ts") },
        output: { format: "cjs", entryFileNames: "[name].cjs" }, // a sandboxed preload is one CommonJS file
      },
    },
  },
  renderer: {
    root: "renderer",
    plugins: [svelte({ configFile: at("svelte.config.js") }), licencesModule(import.meta.dirname)],
    build: {
      minify: true,
      target: CHROME,
      outDir: "out/renderer",
      sourcemap: true,
      modulePreload: { polyfill: false }, // Chromium has it, and the policy forbids inline scripts
      rolldownOptions: {
        input: {
          index: at("renderer/index.html"),
          "authorization-bar": at("renderer/authorization-bar.html"),
        },
      },
    },
  },
});
