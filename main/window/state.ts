/** The window's state: rebuilt in parts, and sent only where it changed. */
import type { Changes, Json } from "../../contract/ipc.ts";
import type { SignInView } from "../../contract/views/account.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";

/** `json`: the same changes, as they go to the window. */
type Listener = (changes: Changes, json: Json<Changes>) => void;
type Parts = { readonly [K in keyof Snapshot]: () => Snapshot[K] };

export interface State {
  snapshot(): Snapshot;
  /**
   * Something may have changed: anything, or one sign-in alone. Listeners hear of it once per turn, and only of what did.
   * `passing`: of many, it waits for other news.
   */
  touch(signIn?: string, news?: "passing"): void;
  /** Anything but the sign-ins may have changed: those are thousands, and not made anew for nothing. */
  touchParts(): void;
  /** Tells what was touched now, before whatever comes next in this turn. */
  tell(): void;
  onChange(listener: Listener): () => void;
}

/** Changes that come together are sent together: a sign-in touches five parts within a millisecond. */
const SETTLE_MS = 16;
/** With thousands of rows some change all the time, and each piece of news has the window go through all of them. */
const MANY = 1_000;
const MANY_EVERY_MS = 1_000;
/** As often as the window's words about minutes are made anew. */
const PASSING_EVERY_MS = 10_000;

/** `signIn`: one row alone, so that one of ten thousand costs no more than one of ten. `count`: of all rows. */
export function createState(
  parts: Parts,
  signIn: (id: string) => SignInView | undefined,
  count: () => number,
): State {
  const names = Object.keys(parts) as (keyof Snapshot)[];
  const build = (): Snapshot =>
    Object.fromEntries(names.map((name) => [name, parts[name]()])) as unknown as Snapshot;
  const sent = new Map<keyof Changes, string>();
  const listeners = new Set<Listener>();
  const touched = new Set<string>();
  let everything = false;
  let timer: NodeJS.Timeout | undefined;
  let dueAtMs = Infinity;
  let toldAtMs = -Infinity;
  /** At once after a quiet while, and then once in a while. */
  const tellSoon = (everyMs = MANY_EVERY_MS): void => {
    const nowMs = performance.now();
    const atMs = Math.max(nowMs + SETTLE_MS, count() < MANY ? 0 : toldAtMs + everyMs);
    if (atMs >= dueAtMs) return;
    clearTimeout(timer);
    dueAtMs = atMs;
    timer = setTimeout(tell, atMs - nowMs);
  };

  const tell = (): void => {
    clearTimeout(timer);
    timer = undefined;
    dueAtMs = Infinity;
    toldAtMs = performance.now();
    const rows = [...touched].map(signIn);
    // A row that went is told with the whole list.
    const whole = everything || rows.includes(undefined);
    everything = false;
    touched.clear();
    const parted: { name: keyof Changes; value: unknown; text: string }[] = names
      .filter((name) => whole || name !== "signIns")
      .map((name) => ({ name, value: parts[name]() }))
      .map((part) => ({ ...part, text: JSON.stringify(part.value) }))
      .filter(({ name, text }) => sent.get(name) !== text);
    for (const { name, text } of parted) sent.set(name, text);
    const signInsChanged = whole ? [] : rows.filter((row) => row !== undefined);
    if (signInsChanged.length > 0) {
      sent.delete("signIns"); // what was sent is not what is there any more
      parted.push({ name: "signInsChanged", value: signInsChanged, text: JSON.stringify(signInsChanged) });
    }
    if (parted.length === 0) return;
    const changes: Changes = Object.fromEntries(parted.map(({ name, value }) => [name, value]));
    // Of the texts that were compared: that of a long list is not made twice.
    const json = `{${parted.map(({ name, text }) => `"${name}":${text}`).join()}}` as Json<Changes>;
    for (const listener of listeners) listener(changes, json);
  };

  return {
    snapshot: build,
    tell,
    touch(id, news) {
      if (id === undefined) everything = true;
      else touched.add(id);
      tellSoon(news === "passing" ? PASSING_EVERY_MS : undefined);
    },
    touchParts: () => tellSoon(),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
