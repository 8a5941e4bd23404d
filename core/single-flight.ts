/**
 * Runs at most one `run` per key at a time; callers that come meanwhile share its outcome. Nothing is kept afterwards.
 * Why: with rotation, a refresh token sent twice looks stolen and the whole grant may be revoked (RFC 9700 §4.14.2).
 */
export function singleFlight<K, V>(run: (key: K) => Promise<V>): (key: K) => Promise<V> {
  const inFlight = new Map<K, Promise<V>>();
  return (key) => {
    const shared = inFlight.get(key) ?? run(key).finally(() => inFlight.delete(key));
    inFlight.set(key, shared);
    return shared;
  };
}

/** Runs tasks of one key one after the other; keys do not wait for each other. A failed task does not stop the next. */
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

/** Runs at most `atOnce` tasks at a time; the others wait in order. */
export function limiter(atOnce: number): <V>(task: () => Promise<V>) => Promise<V> {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((start) => waiting.push(start)); // takes over the place of one that ended
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/**
 * Runs `run` at most once at a time. Calls that come while it runs share one further run, since what it reads may have
 * changed after it began; each call resolves when a run that began after it has ended.
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
