/** What is due when, for thousands of sign-ins. */
import TinyQueue from "tinyqueue";

/** An entry may be out of date: what is due is looked at again when it comes up. */
export interface Agenda {
  first(): { readonly id: string; readonly atMs: number } | undefined;
  add(id: string, atMs: number): void;
  drop(): void;
  clear(): void;
}

export function createAgenda(): Agenda {
  const empty = () => new TinyQueue<{ id: string; atMs: number }>([], (a, b) => a.atMs - b.atMs);
  let queue = empty();
  /** The earliest entry of each: a later one adds nothing, since the earlier is looked at again when it comes up. */
  const queued = new Map<string, number>();
  return {
    first: () => queue.peek(),
    add(id, atMs) {
      if (!(atMs < (queued.get(id) ?? Infinity))) return; // nor what is no number
      queued.set(id, atMs);
      queue.push({ id, atMs });
    },
    drop() {
      const next = queue.pop();
      if (next !== undefined && queued.get(next.id) === next.atMs) queued.delete(next.id);
    },
    clear() {
      queue = empty();
      queued.clear();
    },
  };
}
