/** Enough examples to know a temperature and a threshold by. */
const MOST = 512;
/** With 32 bits of a key, 53 in all: what a number holds exactly. */
const ROWS = 2 ** 21;

/**
 * The rows that a classifier is calibrated on: all of few, else the 512 with the least keys. So the sample
 * hardly changes when examples come and go, and does not depend on their order.
 */
export function calibrationRows(keys: Uint32Array): Uint32Array {
  return leastKeys(keys, Uint32Array.from(keys.keys()));
}

/** Keys with the rows to calibrate on. */
export function withSample(keys: Uint32Array): { keys: Uint32Array; sample: Uint32Array } {
  return { keys, sample: calibrationRows(keys) };
}

/**
 * The same for keys of which the first `count` had the sample `before`: whatever was not in it then is not now.
 */
export function grownSample(keys: Uint32Array, before: Uint32Array, count: number): Uint32Array {
  const fresh = Array.from({ length: keys.length - count }, (_, i) => count + i);
  return leastKeys(keys, Uint32Array.from([...before, ...fresh]));
}

function leastKeys(keys: Uint32Array, rows: Uint32Array): Uint32Array {
  if (rows.length <= MOST) return rows;
  // Key and row as one number, since typed arrays sort by number, and fast.
  const order = Float64Array.from(rows, (row) => (keys[row] ?? 0) * ROWS + row).sort();
  return Uint32Array.from(order.subarray(0, MOST), (both) => both % ROWS).sort();
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
