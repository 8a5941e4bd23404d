import { defineConfig } from "@playwright/test";
import path from "node:path";

const output = process.env["TOKENKEEP_OUTPUT"] ?? "out/screenshots";
export default defineConfig({
  testDir: ".",
  outputDir: path.join(output, "results"),
  workers: 1,
  timeout: 480_000,
  expect: { timeout: 15_000 },
  use: { actionTimeout: 15_000 },
  reporter: [["list"]],
});
