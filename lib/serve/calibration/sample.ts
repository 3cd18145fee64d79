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

/** A text's key, 32 bits that look random: FNV-1a, Glenn Fowler, Landon Curt Noll, Kiem-Phong Vo, 1991. */
export function keyOf(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
