#!/usr/bin/env node
// @ts-check
/** `npm run cli -- …`: the command line, built if it has to be. */
import path from "node:path";
import { ensureBuilt } from "./build.mjs";

await ensureBuilt();
await import(path.join(import.meta.dirname, "../out/cli/tokenkeep.cjs"));
