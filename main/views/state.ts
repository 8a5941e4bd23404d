/** The window's state: rebuilt in parts, and sent only where it changed. */
import type { Changes } from "../../contract/ipc.ts";
import type { SignInView, Snapshot } from "../../contract/view.ts";

type Parts = { readonly [K in keyof Snapshot]: () => Snapshot[K] };

export interface State {
  snapshot(): Snapshot;
  /**
   * Something may have changed: anything, or one sign-in alone. Listeners hear of it once per turn, and only of what did.
   */
  touch(signIn?: string): void;
  /** Anything but the sign-ins may have changed: those are thousands, and not made anew for nothing. */
  touchParts(): void;
  onChange(listener: (changes: Changes) => void): () => void;
}

/** Changes that come together are sent together: a sign-in touches five parts within a millisecond. */
const SETTLE_MS = 16;

/** `signIn`: one row alone, so that one of ten thousand costs no more than one of ten. */
export function createState(parts: Parts, signIn: (id: string) => SignInView | undefined): State {
  const names = Object.keys(parts) as (keyof Snapshot)[];
  const build = (): Snapshot =>
    Object.fromEntries(names.map((name) => [name, parts[name]()])) as unknown as Snapshot;
  const sent = new Map<keyof Snapshot, () => string>();
  const listeners = new Set<(changes: Changes) => void>();
  const touched = new Set<string>();
  let everything = false;
  let timer: NodeJS.Timeout | undefined;

  /** Undefined: as it was sent last. */
  function newer<K extends keyof Snapshot>(name: K): Snapshot[K] | undefined {
    const now = parts[name]();
    const before = sent.get(name)?.();
    const text = (): string => JSON.stringify(now);
    if (before !== undefined && before === text()) return undefined;
    // The list's text is made when there is something to compare it with: at start it would only keep the list waiting.
    const kept = name === "signIns" ? undefined : text();
    sent.set(name, kept === undefined ? text : () => kept);
    return now;
  }
  const tell = (): void => {
    timer = undefined;
    const rows = [...touched].map(signIn);
    // A row that went is told with the whole list.
    const whole = everything || rows.includes(undefined);
    everything = false;
    touched.clear();
    const parted = names
      .filter((name) => whole || name !== "signIns")
      .map((name) => [name, newer(name)] as const)
      .filter(([, value]) => value !== undefined);
    const signInsChanged = whole ? [] : rows.filter((row) => row !== undefined);
    if (signInsChanged.length > 0) sent.delete("signIns"); // what was sent is not what is there any more
    if (parted.length + signInsChanged.length === 0) return;
    const changes: Changes = {
      ...Object.fromEntries(parted),
      ...(signInsChanged.length > 0 && { signInsChanged }),
    };
    for (const listener of listeners) listener(changes);
  };

  return {
    snapshot: build,
    touch(id) {
      if (id === undefined) everything = true;
      else touched.add(id);
      timer ??= setTimeout(tell, SETTLE_MS);
    },
    touchParts: () => void (timer ??= setTimeout(tell, SETTLE_MS)),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
