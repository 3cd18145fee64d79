import { cutText, displayWidth } from '../train/report/pages/display-width';
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

/** Rows of cells, the first columns, of texts, to the left, the others to the right. */
export function tableLines(rows: readonly (readonly string[])[], texts = 1): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => displayWidth(row[i] ?? ''))),
  );
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const space = spaces(cell, widths[i] ?? 0);
      return i < texts ? cell + space : space + cell;
    });
    return `  ${cells.join('   ')}`.trimEnd();
  });
}

function spaces(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text)));
}
