#!/usr/bin/env node
// @ts-check
/** `npm run cli -- …`: builds the command line if necessary, and runs it. */
import path from "node:path";
import { ensureBuilt } from "./build.mjs";

await ensureBuilt();
await import(path.join(import.meta.dirname, "../out/cli/tokenkeep.cjs"));
