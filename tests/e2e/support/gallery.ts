/** The gallery of components, served by vite as in `npm run dev`, in a window of Electron without the app. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { _electron } from "playwright-core";
import { createServer } from "vite";
import { electronPath, isRoot, newProfile } from "../../support/app.mjs";

const ROOT = path.join(import.meta.dirname, "../../..");

export async function openGallery() {
  const server = await createServer({
    configFile: false,
    logLevel: "error",
    root: path.join(ROOT, "renderer"),
    cacheDir: mkdtempSync(path.join(tmpdir(), "vite-")), // the checkout may be read-only
    plugins: [svelte({ configFile: path.join(ROOT, "svelte.config.js") })],
    server: { host: "127.0.0.1", port: 0, hmr: false },
  });
  await server.listen();
  const app = await _electron.launch({
    executablePath: electronPath,
    chromiumSandbox: !isRoot,
    args: [
      path.join(ROOT, "tests/bench/empty-app"),
      `--user-data-dir=${newProfile()}`,
      "--disable-gpu",
      ...(isRoot ? ["--no-sandbox"] : []),
    ],
  });
  const page = await app.firstWindow();
  await page.goto(new URL("gallery.html", server.resolvedUrls?.local[0]).href);
  await page.getByRole("heading", { level: 1, name: "Parts" }).waitFor();
  return {
    page,
    async close(): Promise<void> {
      await app.close();
      await server.close();
    },
  };
}
