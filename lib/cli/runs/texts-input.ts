import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { onFile } from '../../checked-file';
import { openRegular } from '../../regular-file';

/** Texts that are answered together. */
const BATCH = 64;

/** The lines of a file, or of standard input for none or `-`, in batches; empty lines are left out. */
export async function* readTexts(path: string | undefined): AsyncGenerator<string[]> {
  const input =
    path === undefined || path === '-'
      ? process.stdin
      : createReadStream('', { fd: onFile(path, 'a file of texts', () => openRegular(path).file) });
  let batch: string[] = [];
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    batch.push(line);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
