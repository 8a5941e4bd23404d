// @ts-check
/** @param {readonly number[]} values */
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
};
/** @param {number} ms */
export const settle = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
