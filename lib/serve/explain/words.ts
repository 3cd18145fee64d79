import { outOfRange } from '../../errors';
import { piecesOf } from '../../text/augment/text-words';

/** A word, and where it stands in its text. */
export type TextWord = { readonly word: string; readonly start: number; readonly end: number };

/** Each word is left out once, which is a request of so many texts. */
const MOST_WORDS = 500;

/**
 * The words of a text: what white space separates, or, in a text without, what Unicode Standard Annex 29 does.
 *
 * @throws ArgumentRangeError for more than 500
 */
export function wordsOf(text: string, operator: string): TextWord[] {
  const spaced = Array.from(text.matchAll(/\S+/gu), ({ 0: word, index }) => ({
    word,
    start: index,
    end: index + word.length,
  }));
  const words = spaced.length === 1 ? segmented(text) : spaced;
  if (words.length <= MOST_WORDS) return words;
  throw outOfRange(`at most ${MOST_WORDS} words`, `text of ${operator}`, text, operator);
}

function segmented(text: string): TextWord[] {
  let start = 0;
  return piecesOf(text).flatMap((piece) => {
    const from = start;
    start += piece.text.length;
    return piece.isWord ? [{ word: piece.text, start: from, end: start }] : [];
  });
}

/** The text without a word, and without the space that it leaves. */
export function withoutWord(text: string, { start, end }: TextWord): string {
  return `${text.slice(0, start)} ${text.slice(end)}`.replace(/\s+/gu, ' ').trim();
}
