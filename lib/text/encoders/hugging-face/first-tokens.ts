/** Characters read for each token that is kept at first: more than any language needs on average. */
const CHARACTERS_A_TOKEN = 8;
/**
 * Characters before a cut whose tokens may depend on what comes after it: more than twice what a
 * WordPiece tokenizer takes for a word.
 */
const MARGIN = 256;
/** How much further each attempt reads. */
const GROWTH = 4;

/**
 * The first `count` ids of a text's, without tokenizing the whole of a long one. A beginning of the text
 * is tokenized, and once more without its last characters: what both give alike does not hang on where
 * the text is cut. If that is too little, as for long words and blanks, a longer beginning is taken.
 */
export function firstTokens(
  text: string,
  count: number,
  idsOf: (text: string) => readonly number[],
): readonly number[] {
  let end = CHARACTERS_A_TOKEN * count + 2 * MARGIN;
  for (; end < text.length; end *= GROWTH) {
    const longer = idsOf(text.slice(0, characterStart(text, end)));
    if (longer.length < count) continue;
    const shorter = idsOf(text.slice(0, characterStart(text, end - MARGIN)));
    if (agreeing(longer, shorter) >= count) return longer.slice(0, count);
  }
  return idsOf(text).slice(0, count);
}

/** The place itself, or the one before where it is inside a pair of surrogates. */
function characterStart(text: string, place: number): number {
  const before = text.charCodeAt(place - 1);
  return before >= 0xd800 && before < 0xdc00 ? place - 1 : place;
}

function agreeing(one: readonly number[], other: readonly number[]): number {
  const most = Math.min(one.length, other.length);
  let equal = 0;
  while (equal < most && one[equal] === other[equal]) equal++;
  return equal;
}
