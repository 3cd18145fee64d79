import { refusalsOf } from '../../text/datasets/readers/data-file-error';
import { decodedText } from '../../text/datasets/readers/file-text';
import { linesOf, textLines } from '../../text/datasets/readers/text-lines';

/** Texts that are answered together. */
const BATCH = 64;
/** Characters of a text. */
const LONGEST = 2 ** 20;

/**
 * The lines of a file, or of standard input for none or `-`, in batches; empty lines are left out.
 *
 * @throws DataFileError that says where what is not text is
 */
export async function* readTexts(path: string | undefined): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const { text } of linesFrom(path)) {
    if (text.trim() === '') continue;
    batch.push(text);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function linesFrom(path: string | undefined) {
  if (path !== undefined && path !== '-') return textLines(path, LONGEST);
  const refuse = refusalsOf('standard input');
  return linesOf(decodedText(process.stdin, refuse), LONGEST, refuse);
}
