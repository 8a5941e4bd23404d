/**
 * The state of the window. After a change the parts are built again, and those that differ from the last sent ones are
 * sent.
 */
import type { Changes, Json } from "../../contract/ipc.ts";
import type { SignInView } from "../../contract/views/account.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";
import type { SnapshotParts } from "./snapshot.ts";

/** `json`: the same changes, as the text that goes to the window. */
type Listener = (changes: Changes, json: Json<Changes>) => void;

export interface State {
  snapshot(): Snapshot;
  /**
   * A sign-in may have changed; without an id, everything may have. Listeners hear once per turn, and only what
   * differs. `passing`: with many sign-ins the news waits for other news.
   */
  touch(signIn?: string, news?: "passing"): void;
  /** Anything but the sign-ins may have changed. Thousands of rows are not built again for that. */
  touchParts(): void;
  /** Sends what was touched now, before anything else of this turn. */
  flush(): void;
  /** Adds a listener. Returns a function that removes it. */
  onChange(listener: Listener): () => void;
}

/** Changes within this time are sent together: one refresh touches five parts within a millisecond. */
const SETTLE_MS = 16;
/** With thousands of rows some change all the time, and the window goes through all rows for each message. */
const MANY = 1_000;
const MANY_EVERY_MS = 1_000;
/** The window redraws its texts about minutes as often. */
const PASSING_EVERY_MS = 10_000;

interface ChangedPart {
  readonly name: keyof Changes;
  readonly value: unknown;
  readonly text: string;
}

/** `row` builds one row, so that a change of one sign-in does not build all rows. `count`: the number of all rows. */
export function createState(
  parts: SnapshotParts,
  row: (signIn: string) => SignInView | undefined,
  count: () => number,
): State {
  const sent = createSentTexts(parts);
  const schedule = createSchedule(count);
  const listeners = new Set<Listener>();
  const touched = new Set<string>();
  let everything = false;

  function flush(): void {
    schedule.flushed();
    const rows = [...touched].map(row);
    // A removed row cannot be sent as a change, so the whole list is sent.
    const whole = everything || rows.includes(undefined);
    everything = false;
    touched.clear();
    const changed = [
      ...sent.changedParts(whole),
      ...(whole ? [] : sent.changedRows(rows.filter((one) => one !== undefined))),
    ];
    if (changed.length === 0) return;
    const changes: Changes = Object.fromEntries(changed.map(({ name, value }) => [name, value]));
    // Joined from the texts that were compared: a long list is not turned into text twice.
    const json = `{${changed.map(({ name, text }) => `"${name}":${text}`).join()}}` as Json<Changes>;
    for (const listener of listeners) listener(changes, json);
  }
  return {
    snapshot: () => snapshotOf(parts),
    flush,
    touch(id, news) {
      if (id === undefined) everything = true;
      else touched.add(id);
      schedule.soon(flush, news === "passing" ? PASSING_EVERY_MS : MANY_EVERY_MS);
    },
    touchParts: () => schedule.soon(flush, MANY_EVERY_MS),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Remembers the text of each part that was sent last, and finds the parts that differ. */
function createSentTexts(parts: SnapshotParts) {
  const names = Object.keys(parts) as (keyof Snapshot)[];
  const sent = new Map<keyof Snapshot, string>();
  return {
    /** `whole`: includes the list of sign-ins. */
    changedParts(whole: boolean): readonly ChangedPart[] {
      const changed = names
        .filter((name) => whole || name !== "signIns")
        .map((name) => ({ name, value: parts[name]() }))
        .map((part) => ({ ...part, text: JSON.stringify(part.value) }))
        .filter(({ name, text }) => sent.get(name) !== text);
      for (const { name, text } of changed) sent.set(name, text);
      return changed;
    },
    changedRows(rows: readonly SignInView[]): readonly ChangedPart[] {
      if (rows.length === 0) return [];
      sent.delete("signIns"); // the list that was sent is outdated now
      return [{ name: "signInsChanged", value: rows, text: JSON.stringify(rows) }];
    },
  };
}

/** Decides when changes are sent: soon, and with many rows no more often than `everyMs`. */
function createSchedule(count: () => number) {
  let timer: NodeJS.Timeout | undefined;
  let dueAtMs = Infinity;
  let flushedAtMs = -Infinity;
  return {
    soon(flush: () => void, everyMs: number): void {
      const nowMs = performance.now();
      const atMs = Math.max(nowMs + SETTLE_MS, count() < MANY ? 0 : flushedAtMs + everyMs);
      if (atMs >= dueAtMs) return;
      clearTimeout(timer);
      dueAtMs = atMs;
      timer = setTimeout(flush, atMs - nowMs);
    },
    flushed(): void {
      clearTimeout(timer);
      timer = undefined;
      dueAtMs = Infinity;
      flushedAtMs = performance.now();
    },
  };
}

/** A part that is missing here does not compile. */
function snapshotOf(parts: SnapshotParts): Snapshot {
  return {
    app: parts.app(),
    vault: parts.vault(),
    providers: parts.providers(),
    providerFiles: parts.providerFiles(),
    clients: parts.clients(),
    sharedClient: parts.sharedClient(),
    scopes: parts.scopes(),
    signIns: parts.signIns(),
    tools: parts.tools(),
    pairing: parts.pairing(),
    proxyLogin: parts.proxyLogin(),
    wish: parts.wish(),
    socket: parts.socket(),
    authorizations: parts.authorizations(),
    keeper: parts.keeper(),
    bulk: parts.bulk(),
    settings: parts.settings(),
    streamer: parts.streamer(),
    vaultFolder: parts.vaultFolder(),
  };
}
