import { string } from '../../check';
import { segmentText } from '../tokenizers/segment-text';

// Made when it is needed: it takes a tenth of a second.
let segmenter: Intl.Segmenter | undefined;

/** A text in pieces: words, and what stands between them. */
export type TextPiece = { readonly text: string; readonly isWord: boolean };

/** The pieces of a text by the word boundaries of Unicode Standard Annex 29; joined they are the text. */
export function piecesOf(text: string): TextPiece[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' });
  const pieces = segmentText(segmenter, string(text, 'text', 'an augmentation'));
  return Array.from(pieces, ({ segment, isWordLike }) => ({
    text: segment,
    isWord: isWordLike === true,
  }));
}

/** The places of the words among pieces. */
export function wordPlaces(pieces: readonly TextPiece[]): number[] {
  return pieces.flatMap(({ isWord }, i) => (isWord ? [i] : []));
}

/** Pieces as a text, without the white space that words left behind. */
export function joinPieces(pieces: readonly TextPiece[]): string {
  const text = pieces.map((piece) => piece.text).join('');
  return text.replace(/\s+/gu, ' ').trim();
}
