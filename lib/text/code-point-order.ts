const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/**
 * Moves surrogates above every other code unit. Two strings that first differ in these ranks are
 * then in the order of their code points, which the bare code units do not give: U+1F600 begins
 * with the unit D83D, yet comes after U+FF5E.
 */
function rank(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit <= LAST_SURROGATE ? unit + 0x2000 : unit - 0x800;
}

/**
 * Orders strings by Unicode code points, independently of any locale: negative if `a` comes first,
 * positive if `b` does, zero if they are equal.
 */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
