/** A pool of resources. Each serves one borrower at a time, and is created when it is first needed. */
export interface Pool<T> {
  /**
   * Lends a resource; callers get theirs in the order of their calls. Rejects when a new resource cannot be created.
   */
  take(): Promise<T>;
  /** Returns a resource to the pool. */
  give(resource: T): void;
}

/** `most`: the largest number of resources. `make` creates one, from a number that no other resource has. */
export function createPool<T>(most: number, make: (number: number) => Promise<T>): Pool<T> {
  const free: T[] = [];
  const waiting: { readonly resolve: (resource: T) => void; readonly reject: (error: unknown) => void }[] =
    [];
  let count = 0;
  let lastNumber = 0;
  return {
    async take() {
      const resource = free.pop();
      if (resource !== undefined) return resource;
      if (count >= most) return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
      count += 1;
      try {
        return await make((lastNumber += 1));
      } catch (error) {
        count -= 1; // a later caller tries again
        if (count === 0) for (const { reject } of waiting.splice(0)) reject(error); // no resource will come back
        throw error;
      }
    },
    give(resource) {
      const next = waiting.shift();
      if (next === undefined) free.push(resource);
      else next.resolve(resource);
    },
  };
}
