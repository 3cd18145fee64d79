export type NgramOptions = {
  /** The shortest and the longest n-grams, in characters. */
  shortest: number;
  longest: number;
  /** Numbers that n-grams share. */
  buckets: number;
};

const encoder = new TextEncoder();

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * The 32-bit FNV-1a hash of a string's UTF-8 bytes. Glenn Fowler, Landon Curt Noll, Kiem-Phong Vo,
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function fnv1a(text: string): number {
  let hash = FNV_OFFSET;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

/**
 * The numbers of a word, from 0: its own, and those of its n-grams with `<` before it and `>` after it, so
 * that beginnings and ends differ from what stands inside.
 */
export function ngramsOf(word: string, { shortest, longest, buckets }: NgramOptions): number[] {
  const characters = [...`<${word}>`];
  const numbers = [fnv1a(characters.join('')) % buckets];
  // The whole word has its number already.
  for (let n = shortest; n <= Math.min(longest, characters.length - 1); n++) {
    for (let from = 0; from + n <= characters.length; from++) {
      numbers.push(fnv1a(characters.slice(from, from + n).join('')) % buckets);
    }
  }
  return numbers;
}
