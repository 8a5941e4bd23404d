/** Who waits for a sign-in's request: requests that somebody waits for go before those that the keeper makes by itself. */

/** `bulk`: an action of the person on many sign-ins, where nobody waits for a single one. */
export type Asker = "person" | "tool" | "bulk";

export interface Waiters {
  /** Counts the asker in until `work` is done. */
  during<V>(signIn: string, asker: Asker, work: () => Promise<V>): Promise<V>;
  /** A person comes before a tool; undefined: nobody. */
  of(signIn: string): "person" | "tool" | undefined;
}

export function createWaiters(): Waiters {
  const counts = { person: new Map<string, number>(), tool: new Map<string, number>() };
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
    of: (signIn) => (counts.person.has(signIn) ? "person" : counts.tool.has(signIn) ? "tool" : undefined),
  };
}
