/** Enough examples to know a temperature and a threshold by. */
const MOST = 512;

/**
 * The rows that a classifier is calibrated on: all of few, else the 512 whose texts come first by a hash.
 * So the sample hardly changes when examples come and go, and does not depend on their order.
 */
export function calibrationRows(texts: readonly string[]): number[] {
  if (texts.length <= MOST) return [...texts.keys()];
  const keys = texts.map(hash);
  const order = [...texts.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  return order.slice(0, MOST).sort((a, b) => a - b);
}

/** FNV-1a of the UTF-16 units, 32 bits: Glenn Fowler, Landon Curt Noll, Kiem-Phong Vo, 1991. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
