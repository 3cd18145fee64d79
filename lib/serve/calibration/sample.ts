/** Enough examples to know a temperature and a threshold by. */
const MOST = 512;
/** With 32 bits of a key, 53 in all: what a number holds exactly. */
const ROWS = 2 ** 21;

/**
 * The rows that a classifier is calibrated on: all of few, else the 512 with the least keys. So the sample
 * hardly changes when examples come and go, and does not depend on their order.
 */
export function calibrationRows(keys: Uint32Array): number[] {
  if (keys.length <= MOST) return [...keys.keys()];
  // Key and row as one number, since typed arrays sort by number, and fast.
  const order = Float64Array.from(keys, (key, row) => key * ROWS + row).sort();
  return Array.from(order.subarray(0, MOST), (both) => both % ROWS).sort((a, b) => a - b);
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
