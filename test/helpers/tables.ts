import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabeledText } from '../../lib/text';

/** Writes texts and labels without commas as a CSV file into a folder, and gives its path. */
export function writeTable(
  folder: string,
  rows: readonly LabeledText[],
  name = 'texts.csv',
): string {
  const path = join(folder, name);
  const lines = rows.map(({ text, label }) => `${text},${label}\n`);
  writeFileSync(path, `text,label\n${lines.join('')}`);
  return path;
}
