// @ts-check
/** How evenly requests to a provider are spread over simulated hours; needs no desktop. */
import { spawnSync } from "node:child_process";
import { bundled } from "./programs.mjs";

const { status } = spawnSync(process.execPath, [await bundled("spread")], {
  stdio: ["ignore", "inherit", "inherit"],
});
process.exit(status ?? 1);
