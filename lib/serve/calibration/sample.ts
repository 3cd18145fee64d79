/** Enough examples to know a temperature and a threshold by. */
const MOST = 512;

/**
 * The rows that a classifier is calibrated on: all of few, else the 512 with the least keys. So the sample
 * hardly changes when examples come and go, and does not depend on their order.
 */
export function calibrationRows(keys: Uint32Array): number[] {
  const rows = [...keys.keys()];
  if (rows.length <= MOST) return rows;
  rows.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  return rows.slice(0, MOST).sort((a, b) => a - b);
}

/**
 * A text's key, 32 bits that look random: FNV-1a (Fowler, Noll and Vo, 1991), stirred by the last step of
 * MurmurHash3 (Austin Appleby, 2011), since texts that end alike have like sums.
 */
export function keyOf(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return (sum ^ (sum >>> 16)) >>> 0;
}
