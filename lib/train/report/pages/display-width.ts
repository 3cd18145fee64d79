import stringWidth from 'string-width';

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Marks that stand on the letter before; the one that makes a sign an emoji is counted with it. */
const MARKS = /(?!\ufe0f)\p{Mn}/gu;

/** The columns that a text takes where letters are of one width: two for a Chinese character, none for an accent. */
export function displayWidth(text: string): number {
  return stringWidth(text.replace(MARKS, ''));
}

/** A text of at most so many columns, with dots for its middle: of a path both ends say what it is. */
export function cutMiddle(text: string, most: number, dots = '…'): string {
  if (displayWidth(text) <= most) return text;
  const room = most - displayWidth(dots);
  const characters = [...GRAPHEMES.segment(text)].map(({ segment }) => segment);
  const start = within(characters, Math.floor(room / 2));
  const end = within(characters.toReversed(), room - displayWidth(start.join('')));
  return `${start.join('')}${dots}${end.toReversed().join('')}`;
}

/** The first characters that have room in so many columns. */
function within(characters: readonly string[], most: number): string[] {
  let width = 0;
  const first = characters.findIndex((character) => {
    width += displayWidth(character);
    return width > most;
  });
  return characters.slice(0, first < 0 ? characters.length : first);
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
