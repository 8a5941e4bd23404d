import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "tests/*.test.ts",
      "tests/core/**/*.test.ts",
      "tests/integration/**/*.test.ts",
      "tests/campaign/**/*.test.ts",
    ],
    testTimeout: 20_000,
    maxWorkers: 2, // most of them wait: for disks, servers, clocks
  },
});
