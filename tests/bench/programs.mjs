// @ts-check
/** Bundles the bench's programs that use the app's modules, since neither Electron nor Node reads TypeScript. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "vite";

/** @param {"seed" | "spread"} name @returns {Promise<string>} the file to run */
export async function bundled(name) {
  const folder = mkdtempSync(path.join(tmpdir(), "tk-program-"));
  await build({
    configFile: false,
    logLevel: "error",
    ssr: { noExternal: true },
    build: {
      ssr: path.join(import.meta.dirname, `programs/${name}.ts`),
      target: "node20.18",
      outDir: folder,
      rolldownOptions: {
        external: [/^electron(?:\/|$)/],
        output: { entryFileNames: "[name].mjs", chunkFileNames: "[name].mjs" },
      },
    },
  });
  return path.join(folder, `${name}.mjs`);
}
