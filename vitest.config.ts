import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "tests/*.test.ts",
      "tests/{core,integration,renderer,text}/**/*.test.ts",
      "tests/campaign/**/*.test.ts",
    ],
    // They end what hangs, and judge no speed: a machine that does much else takes several times as long.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 2, // most of them wait: for disks, servers, clocks
  },
});
