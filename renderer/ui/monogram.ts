/** The letters and the tint that stand for an account or a tool without a picture. Pure. */

/** Two letters: of the first two words, or the first two of the only one. A short number stays whole. */
export function lettersOf(name: string): string {
  const [first = "", second] = name.split(/[_\s-]+/).filter(Boolean);
  if (second === undefined) return first.slice(0, 2).toUpperCase();
  const number = /^\d{1,2}$/.exec(second)?.[0];
  return (first.slice(0, 1) + (number ?? second.slice(0, 1))).toUpperCase();
}

/** FNV-1a: keys that differ in one letter get different tints. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return (value ^ (value >>> 15)) >>> 0;
}
const TINTS = [
  "tint t1",
  "tint t2",
  "tint t3",
  "tint t4",
  "tint t5",
  "tint t6",
  "tint t7",
  "tint t8",
] as const;
/** The class of a tint (tints.css), always the same one for a key. */
export const tintOf = (key: string): string => TINTS[hash(key) % TINTS.length] ?? TINTS[0];
