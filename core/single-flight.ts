/** The shapes in which work shares, follows, limits or joins other work. */
export {
  /** `limiter(n)` runs at most `n` tasks at a time; the others wait in order. */
  default as limiter,
} from "p-limit";

/**
 * Runs at most one `run` per key at a time; callers that arrive meanwhile share its outcome. Nothing is cached afterwards.
 * With rotation, a refresh token that is sent twice looks stolen, and the whole grant may be revoked (RFC 9700 §4.14.2).
 */
export function singleFlight<K, V>(run: (key: K) => Promise<V>): (key: K) => Promise<V> {
  const inFlight = new Map<K, Promise<V>>();
  return (key) => {
    const shared = inFlight.get(key) ?? run(key).finally(() => inFlight.delete(key));
    inFlight.set(key, shared);
    return shared;
  };
}

/** Runs the tasks of a key one after the other; keys do not wait for each other. A failed task does not stop the next. */
export function queuePerKey<K>(): <V>(key: K, task: () => Promise<V>) => Promise<V> {
  const tails = new Map<K, Promise<unknown>>();
  return (key, task) => {
    const run = (tails.get(key) ?? Promise.resolve()).then(task, task);
    const tail = run
      .catch(() => undefined)
      .finally(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
    tails.set(key, tail);
    return run;
  };
}

/**
 * Runs `run` at most once at a time. Calls during a run share one further run, since the data that `run` reads may have
 * changed after it began. A call resolves when a run that began after the call has ended.
 */
export function coalesced(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    running = run().finally(() => (running = undefined));
    return running;
  };
  return () => {
    if (running === undefined) return begin();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return begin();
      });
    return next;
  };
}
