/** Characters read for each token that is kept at first: few languages need more. */
const CHARACTERS_A_TOKEN = 4;
/**
 * Characters before a cut whose tokens may depend on what comes after it: more than WordPiece
 * tokenizers take for a word.
 */
const MARGIN = 128;
/** How much further each attempt reads … */
const GROWTH = 4;
/** … and where the last one ends: of words and runs of blanks beyond all measure nothing more is read. */
const MOST_CHARACTERS = 2 ** 12;
const MOST_CHARACTERS_A_TOKEN = 16;

/**
 * The first `count` ids of a text's, without tokenizing the whole of a long one. A beginning of the text
 * is tokenized, and once more without its last characters: what both give alike does not hang on where
 * the text is cut. If that is too little, a longer beginning is taken, to at most 4,096 characters, or
 * 16 for each token: a text whose first `count` tokens are longer has those of its beginning alone.
 */
export function firstTokens(
  text: string,
  count: number,
  idsOf: (text: string) => readonly number[],
): readonly number[] {
  const most = Math.max(MOST_CHARACTERS, MOST_CHARACTERS_A_TOKEN * count);
  const last = Math.min(text.length, most);
  for (let end = CHARACTERS_A_TOKEN * count + 2 * MARGIN; end < last; end *= GROWTH) {
    const longer = idsOf(text.slice(0, characterStart(text, end)));
    if (longer.length < count) continue;
    const shorter = idsOf(text.slice(0, characterStart(text, end - MARGIN)));
    if (agreeing(longer, shorter) >= count) return longer.slice(0, count);
  }
  return idsOf(text.slice(0, characterStart(text, last))).slice(0, count);
}

/** The place itself, or the one before where it is inside a pair of surrogates. */
function characterStart(text: string, place: number): number {
  if (place >= text.length) return place;
  const before = text.charCodeAt(place - 1);
  return before >= 0xd800 && before < 0xdc00 ? place - 1 : place;
}

function agreeing(one: readonly number[], other: readonly number[]): number {
  const most = Math.min(one.length, other.length);
  let equal = 0;
  while (equal < most && one[equal] === other[equal]) equal++;
  return equal;
}
