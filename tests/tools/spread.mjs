/** The median of many measurements, and between which two half of them lie. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { median: at(0.5), from: at(0.25), to: at(0.75) };
}

/** Less what the same measurement gives for nothing. */
export const above = (floor, { median, from, to }) => ({
  median: median - floor.median,
  from: from - floor.median,
  to: to - floor.median,
});
