import { defineConfig } from "@playwright/test";
import path from "node:path";

const output = process.env["TOKENKEEP_OUTPUT"] ?? "out/e2e";
export default defineConfig({
  testDir: "tests/e2e",
  outputDir: path.join(output, "results"),
  workers: 1, // one clipboard, one keyring, one port
  // They end what hangs, and judge no speed.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json", { outputFile: path.join(output, "report.json") }]],
});
