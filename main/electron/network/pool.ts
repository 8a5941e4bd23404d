/** Things that are lent to one at a time, made when they are first needed, and no more than `most` of them. */
export interface Pool<T> {
  /** The next free one, in the order of asking. Rejects where one had to be made and could not. */
  take(): Promise<T>;
  give(one: T): void;
}

/** `make`: gets a number that no other one had. */
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
