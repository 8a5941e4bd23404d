/** A pool of reusable objects. Each has one user at a time; at most `most` are made, each when it is first needed. */
export interface Pool<T> {
  /** Resolves with a free object; callers wait in order. Rejects when a new object could not be made. */
  take(): Promise<T>;
  give(one: T): void;
}

/** `make` makes an object; its number has not been used before. */
export function createPool<T>(most: number, make: (number: number) => Promise<T>): Pool<T> {
  const free: T[] = [];
  const waiting: { readonly resolve: (one: T) => void; readonly reject: (error: unknown) => void }[] = [];
  let made = 0;
  let last = 0;
  return {
    async take() {
      const one = free.pop();
      if (one !== undefined) return one;
      if (made >= most) return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
      made += 1;
      try {
        return await make((last += 1));
      } catch (error) {
        made -= 1; // it can be tried again
        if (made === 0) for (const { reject } of waiting.splice(0)) reject(error); // nobody will give one
        throw error;
      }
    },
    give(one) {
      const next = waiting.shift();
      if (next === undefined) free.push(one);
      else next.resolve(one);
    },
  };
}
