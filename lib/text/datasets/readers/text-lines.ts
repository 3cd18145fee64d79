import { type Refuse, refusalsOf } from './data-file-error';
import { type FileTextOptions, fileText } from './file-text';

/** A line without its end, and its number from 1. */
export type TextLine = { readonly text: string; readonly line: number };

/**
 * The lines of a text file, one after the other; `\n` and `\r\n` end them.
 *
 * @throws DataFileError if a line has more than `longest` characters, and what `fileText` throws
 */
export function textLines(
  path: string,
  longest: number,
  options: FileTextOptions = {},
): AsyncGenerator<TextLine> {
  return linesOf(fileText(path, options), longest, refusalsOf(path));
}

/** The same of a text that comes piece by piece. */
export async function* linesOf(
  pieces: AsyncIterable<string>,
  longest: number,
  refuse: Refuse,
): AsyncGenerator<TextLine> {
  let rest = '';
  let line = 0;
  const checked = (text: string): TextLine => {
    line++;
    if (text.length > longest) tooLong(refuse, line, longest);
    return { text: text.endsWith('\r') ? text.slice(0, -1) : text, line };
  };
  for await (const piece of pieces) {
    const text = rest + piece;
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      yield checked(text.slice(start, end));
      start = end + 1;
    }
    rest = text.slice(start);
    if (rest.length > longest) tooLong(refuse, line + 1, longest);
  }
  if (rest !== '') yield checked(rest);
}

function tooLong(refuse: Refuse, line: number, longest: number): never {
  return refuse({ line }, `at most ${longest} characters in a line (maxRecordLength)`, 'more');
}
