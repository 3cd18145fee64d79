import stringWidth from 'string-width';

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Marks that stand on the letter before; the one that makes a sign an emoji is counted with it. */
const MARKS = /(?!\ufe0f)\p{Mn}/gu;

/** The columns that a text takes where letters are of one width: two for a Chinese character, none for an accent. */
export function displayWidth(text: string): number {
  return stringWidth(text.replace(MARKS, ''));
}

/** A text of at most so many columns, with dots for what is left out. No character is cut in two. */
export function cutText(text: string, most: number, dots = '…'): string {
  if (displayWidth(text) <= most) return text;
  let kept = '';
  let width = displayWidth(dots);
  for (const { segment } of GRAPHEMES.segment(text)) {
    width += displayWidth(segment);
    if (width > most) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${dots}`;
}
