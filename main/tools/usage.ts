/**
 * How often and when each tool was last at work, and whose tokens it was handed. Names tools and sign-ins by their random
 * ids alone, so it needs no seal. Lost or out of date it costs a count, and nothing else.
 */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { count, instant } from "../../core/stored-numbers.ts";
import type { Clock, Log } from "../../core/ports.ts";
import type { Use } from "../socket/types.ts";
import { writeDurably } from "../storage/durable-file.ts";

const WRITE_EVERY_MS = 30_000;

const shape = v.record(v.string(), v.object({ count, lastAtMs: instant, signIns: v.array(v.string()) }));
type Usage = v.InferOutput<typeof shape>[string];

export interface Usages {
  load(): Promise<void>;
  note(uses: readonly Use[]): void;
  of(grant: string): Usage | undefined;
  forget(grant: string): void;
  /** Forgets all but these: what else there is belongs to tools that were removed. */
  keepOnly(grants: ReadonlySet<string>): void;
  /** Writes what is still in memory. */
  flush(): Promise<void>;
}

export function createUsages(file: string, clock: Clock, log: Log): Usages {
  let usages = new Map<string, Usage>();
  let cancel: (() => void) | undefined;

  let written = Promise.resolve();

  const write = (): Promise<void> =>
    writeDurably(file, JSON.stringify(Object.fromEntries(usages))).catch((cause: unknown) =>
      log.warn("usage.not_written", { cause }),
    );
  /** After the one before: both would write the same file beside it, and who quits waits for either. */
  function flush(): Promise<void> {
    if (cancel === undefined) return written;
    cancel();
    cancel = undefined;
    written = written.then(write);
    return written;
  }
  const writeSoon = (): void => {
    cancel ??= clock.after(WRITE_EVERY_MS, () => void flush());
  };
  return {
    flush,
    async load() {
      try {
        const read = v.safeParse(shape, JSON.parse(await readFile(file, "utf8")));
        if (read.success) usages = new Map(Object.entries(read.output));
      } catch {
        // none yet, or a torn one
      }
    },
    note(uses) {
      for (const { grant, signIn, count, lastAtMs } of uses) {
        const before = usages.get(grant) ?? { count: 0, lastAtMs: 0, signIns: [] };
        usages.set(grant, {
          count: before.count + count,
          lastAtMs: Math.max(before.lastAtMs, lastAtMs),
          signIns: [...new Set([...before.signIns, ...(signIn === undefined ? [] : [signIn])])],
        });
      }
      writeSoon();
    },
    of: (grant) => usages.get(grant),
    forget(grant) {
      if (usages.delete(grant)) writeSoon();
    },
    keepOnly(grants) {
      for (const grant of [...usages.keys()]) if (!grants.has(grant)) this.forget(grant);
    },
  };
}
