import { greatest } from '../extremes';
import { cutMiddle, cutText, displayWidth } from '../train/report/pages/display-width';
import { plainText } from '../train/report/pages/plain-text';

/** What fits into the terminals that there are. */
const USUAL = 80;

/** The columns of the terminal; 80 where the output is none. */
export function screenWidth(): number {
  return process.stdout.columns || USUAL;
}

/** Such a share of the terminal's columns. */
export function screenShare(share: number): number {
  return Math.floor(share * screenWidth());
}

/** A text on one line of at most so many columns, with dots that every terminal has for what does not fit. */
export function cut(text: string, width: number): string {
  return cutText(plainText(text), width, '...');
}

/** A text with spaces after it, up to so many columns. */
export function padded(text: string, width: number): string {
  return text + spaces(text, width);
}

/** A text in lines of at most so many columns; a longer word has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || displayWidth(`${last} ${word}`) > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

const [INDENT, GAP] = [2, 3];
/** What is left of a cell in any case. */
const LEAST = 12;

/**
 * Rows of cells, the first columns, of texts, to the left, the others to the right.
 *
 * @param long the column whose cells lose their middle where a line would be longer than the screen is wide
 */
export function tableLines(rows: readonly (readonly string[])[], texts = 1, long = 0): string[] {
  const others = widthsOf(rows).reduce(
    (sum, width, i) => sum + GAP + (i === long ? 0 : width),
    INDENT - GAP,
  );
  const most = Math.max(LEAST, screenWidth() - others);
  return alignedLines(
    rows.map((row) =>
      row.map((cell, i) => (i === long ? cutMiddle(plainText(cell), most, '...') : cell)),
    ),
    texts,
  );
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const columns = greatest(rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, i) =>
    greatest(rows.map((row) => displayWidth(row[i] ?? ''))),
  );
}

function alignedLines(rows: readonly (readonly string[])[], texts: number): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const space = spaces(cell, widths[i] ?? 0);
      return i < texts ? cell + space : space + cell;
    });
    return `${' '.repeat(INDENT)}${cells.join(' '.repeat(GAP))}`.trimEnd();
  });
}

function spaces(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text)));
}
