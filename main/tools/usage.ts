/**
 * How often and when each tool used its grant, and which sign-ins' tokens it was handed. The file names tools and sign-ins
 * by their random ids alone, so it needs no seal. Where it is lost or out of date, only these counts are wrong.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import type { Clock, Log } from "../../core/ports.ts";
import { count, instant } from "../../core/stored-numbers.ts";
import type { Use } from "../socket/types.ts";
import { createAskedScopes, type AskedScopes } from "./asked-scopes.ts";
import { createLateWrites } from "./late-writes.ts";

const WRITE_EVERY_MS = 30_000;

const shape = v.record(v.string(), v.object({ count, lastAtMs: instant, signIns: v.array(v.string()) }));
type Usage = v.InferOutput<typeof shape>[string];

export interface ToolUsage {
  /** The scopes that tools asked for; in a file of their own. Loaded, forgotten and written together with the counts. */
  readonly asked: Pick<AskedScopes, "begin" | "sinceDay" | "of" | "forgetSignIns">;
  /** Reads the file. Never rejects: without a readable file all counts begin at 0. */
  load(): Promise<void>;
  note(uses: readonly Use[]): void;
  /** `lastAtMs` is in epoch milliseconds. Undefined: never used. */
  of(grant: string): Usage | undefined;
  forget(grant: string): void;
  /** Forgets all grants but these: the others were removed. */
  keepOnly(grants: ReadonlySet<string>): void;
  /** Writes what is still in memory. Never rejects. */
  flush(): Promise<void>;
}

export function createToolUsage(file: string, clock: Clock, log: Log): ToolUsage {
  let byGrant = new Map<string, Usage>();
  const asked = createAskedScopes(path.join(path.dirname(file), "scopes-asked.json"), clock, log);
  const writes = createLateWrites({
    ...{ file, clock, log },
    everyMs: WRITE_EVERY_MS,
    event: "usage.not_written",
    text: () => JSON.stringify(Object.fromEntries(byGrant)),
  });
  const forget = (grant: string): void => {
    if (byGrant.delete(grant)) writes.soon();
    asked.forget(grant);
  };
  return {
    asked,
    forget,
    async flush() {
      await Promise.all([writes.flush(), asked.flush()]);
    },
    async load() {
      await asked.load();
      try {
        const read = v.safeParse(shape, JSON.parse(await readFile(file, "utf8")));
        if (read.success) byGrant = new Map(Object.entries(read.output));
      } catch {
        // no file yet, or one that a power cut tore
      }
    },
    note(uses) {
      asked.note(uses);
      for (const { grant, signIn, count, lastAtMs } of uses) {
        const before = byGrant.get(grant) ?? { count: 0, lastAtMs: 0, signIns: [] };
        byGrant.set(grant, {
          count: before.count + count,
          lastAtMs: Math.max(before.lastAtMs, lastAtMs),
          signIns: [...new Set([...before.signIns, ...(signIn === undefined ? [] : [signIn])])],
        });
      }
      writes.soon();
    },
    of: (grant) => byGrant.get(grant),
    keepOnly(grants) {
      for (const grant of [...byGrant.keys()]) if (!grants.has(grant)) forget(grant);
      asked.keepOnly(grants);
    },
  };
}
