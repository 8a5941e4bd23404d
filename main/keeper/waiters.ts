/** Which sign-ins a user or a tool waits for: their requests and their checks come first. */

/**
 * The origin of a request to the keeper. `bulk`: a bulk action of the user, which does not give
 * its sign-ins priority.
 */
export type Asker = "user" | "tool" | "bulk";

export interface Waiters {
  /** Counts the asker as waiting for the sign-in until `work` has ended. */
  during<V>(signIn: string, asker: Asker, work: () => Promise<V>): Promise<V>;
  /** The waiting asker, a user before a tool; undefined: neither waits. */
  of(signIn: string): "user" | "tool" | undefined;
}

export function createWaiters(): Waiters {
  const counts = { user: new Map<string, number>(), tool: new Map<string, number>() };
  const add = (of: Map<string, number>, signIn: string, more: 1 | -1): void => {
    const count = (of.get(signIn) ?? 0) + more;
    if (count === 0) of.delete(signIn);
    else of.set(signIn, count);
  };
  return {
    async during(signIn, asker, work) {
      if (asker === "bulk") return work();
      add(counts[asker], signIn, 1);
      try {
        return await work();
      } finally {
        add(counts[asker], signIn, -1);
      }
    },
    of: (signIn) => (counts.user.has(signIn) ? "user" : counts.tool.has(signIn) ? "tool" : undefined),
  };
}

/** The sign-ins whose check the user has requested. */
export interface RequestedChecks {
  /** Resolves when the sign-in was checked, or cannot be checked. */
  add(id: string): Promise<void>;
  has(id: string): boolean;
  done(id: string): void;
  allDone(): void;
}

export function createRequestedChecks(): RequestedChecks {
  const waiting = new Map<string, { readonly checked: Promise<void>; readonly end: () => void }>();
  return {
    add(id) {
      const known = waiting.get(id);
      if (known !== undefined) return known.checked;
      let end = (): void => undefined;
      const checked = new Promise<void>((resolve) => (end = resolve));
      waiting.set(id, { checked, end });
      return checked;
    },
    has: (id) => waiting.has(id),
    done(id) {
      waiting.get(id)?.end();
      waiting.delete(id);
    },
    allDone() {
      for (const { end } of waiting.values()) end();
      waiting.clear();
    },
  };
}
