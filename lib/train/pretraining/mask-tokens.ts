import type { RandomSource } from '../../text/random-source';

export type MaskOptions = {
  /** V: what is put in a token's place is below it. */
  vocabularySize: number;
  /** What hides a token. */
  maskId: number;
  /** Tokens that are neither hidden nor put in another's place. */
  specials: ReadonlySet<number>;
  /** The share of tokens that are to be guessed. */
  share: number;
};

/** Rows of ids with some of them hidden, and the places, in all rows together, and ids of what was there. */
export type MaskedTokensOf = { ids: Int32Array; places: number[]; targets: number[] };

const HIDDEN = 0.8;
const REPLACED = 0.1;

/**
 * Chooses tokens to be guessed: of ten, eight are hidden, one becomes any other, and one stays. Devlin et al.:
 * BERT, NAACL 2019, appendix A.1.
 *
 * @param ids of all rows, with padding
 * @param mask 1 for tokens, 0 for padding
 */
export function maskTokens(
  ids: Int32Array,
  mask: ArrayLike<number>,
  { vocabularySize, maskId, specials, share }: MaskOptions,
  random: RandomSource,
): MaskedTokensOf {
  const hidden = ids.slice();
  const free = [...ids.keys()].filter((i) => mask[i] !== 0 && !specials.has(ids[i] ?? 0));
  const chosen = free.filter(() => random.nextFloat() < share);
  // Of a small batch none may be chosen, and nothing would be learned.
  if (chosen.length === 0 && free.length > 0) chosen.push(free[random.int(free.length)] ?? 0);
  for (const place of chosen) {
    const what = random.nextFloat();
    if (what < HIDDEN) hidden[place] = maskId;
    else if (what < HIDDEN + REPLACED) hidden[place] = ordinary(vocabularySize, specials, random);
  }
  return { ids: hidden, places: chosen, targets: chosen.map((place) => ids[place] ?? 0) };
}

function ordinary(size: number, specials: ReadonlySet<number>, random: RandomSource): number {
  for (;;) {
    const id = random.int(size);
    if (!specials.has(id)) return id;
  }
}
