/** The window's state: rebuilt in parts, and sent only where it changed. */
import type { Snapshot } from "../../contract/view.ts";

type Parts = { readonly [K in keyof Snapshot]: () => Snapshot[K] };

export interface State {
  snapshot(): Snapshot;
  /** Something may have changed; listeners hear of it once per turn, and only of what did. */
  touch(): void;
  onChange(listener: (changes: Partial<Snapshot>) => void): () => void;
}

/** Changes that come together are sent together: a sign-in touches five parts within a millisecond. */
const SETTLE_MS = 16;

export function createState(parts: Parts): State {
  const names = Object.keys(parts) as (keyof Snapshot)[];
  const build = (): Snapshot =>
    Object.fromEntries(names.map((name) => [name, parts[name]()])) as unknown as Snapshot;
  const sent = new Map<keyof Snapshot, string>();
  const listeners = new Set<(changes: Partial<Snapshot>) => void>();
  let timer: NodeJS.Timeout | undefined;

  const tell = (): void => {
    timer = undefined;
    const now = build();
    const changed = names.filter((name) => {
      const text = JSON.stringify(now[name]);
      const same = sent.get(name) === text;
      sent.set(name, text);
      return !same;
    });
    if (changed.length === 0) return;
    const changes = Object.fromEntries(changed.map((name) => [name, now[name]])) as Partial<Snapshot>;
    for (const listener of listeners) listener(changes);
  };

  return {
    snapshot: build,
    touch: () => {
      timer ??= setTimeout(tell, SETTLE_MS);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
