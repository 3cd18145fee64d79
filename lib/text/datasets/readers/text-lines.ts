import { refusalsOf } from './data-file-error';
import { type FileTextOptions, fileText } from './file-text';

/** A line without its end, and its number from 1. */
export type TextLine = { readonly text: string; readonly line: number };

/**
 * The lines of a text file, one after the other; `\n` and `\r\n` end them.
 *
 * @throws DataFileError if a line has more than `longest` characters, and what `fileText` throws
 */
export async function* textLines(
  path: string,
  longest: number,
  options: FileTextOptions = {},
): AsyncGenerator<TextLine> {
  let rest = '';
  let line = 0;
  const checked = (text: string): TextLine => {
    line++;
    if (text.length > longest) tooLong(path, line, longest);
    return { text: text.endsWith('\r') ? text.slice(0, -1) : text, line };
  };
  for await (const piece of fileText(path, options)) {
    const text = rest + piece;
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      yield checked(text.slice(start, end));
      start = end + 1;
    }
    rest = text.slice(start);
    if (rest.length > longest) tooLong(path, line + 1, longest);
  }
  if (rest !== '') yield checked(rest);
}

function tooLong(path: string, line: number, longest: number): never {
  return refusalsOf(path)(
    { line },
    `at most ${longest} characters in a line (maxRecordLength)`,
    'more',
  );
}
