/** Sign-ins whose check the person has asked for and waits for. */
interface Looks {
  /** Resolves when the sign-in was checked, or cannot be. */
  add(id: string): Promise<void>;
  has(id: string): boolean;
  done(id: string): void;
  allDone(): void;
}

export function createLooks(): Looks {
  const waiting = new Map<string, { readonly looked: Promise<void>; readonly end: () => void }>();
  return {
    add(id) {
      const known = waiting.get(id);
      if (known !== undefined) return known.looked;
      let end = (): void => undefined;
      const looked = new Promise<void>((resolve) => (end = resolve));
      waiting.set(id, { looked, end });
      return looked;
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
