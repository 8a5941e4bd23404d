/** The order in which people read names: `user_2` before `user_10`. */

/** One collator for all: ten times as fast as one per comparison. */
const collator = new Intl.Collator("en");

/**
 * A key by which names sort: each number has the count of its digits in front. A collator that reads numbers itself is
 * several times as slow, and ten thousand names are sorted at once.
 */
export const naturalKey = (name: string): string =>
  name.replace(/\d+/g, (digits) => {
    const number = digits.replace(/^0+(?=\d)/, "");
    return String(Math.min(number.length, 99)).padStart(2, "0") + number;
  });

/** Compares two keys. */
export const byKey = (a: string, b: string): number => collator.compare(a, b);

/** Compares two names; for short lists, since it makes the keys each time. */
export const byNaturalName = (a: string, b: string): number =>
  byKey(naturalKey(a), naturalKey(b)) || collator.compare(a, b);
