import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readWordNetDefinitions } from '../../lib/text';

const BANKING77 = resolve(__dirname, '../../../shared/data/banking77/test.csv');
const STRIDE = 12;

/**
 * Short texts: questions of BANKING77's customers where they lie beside the project, else definitions of
 * WordNet.
 */
export function readTexts(count: number): string[] {
  const all = existsSync(BANKING77) ? questions() : definitions();
  return all
    .filter((text) => text !== '')
    .filter((_, i) => i % STRIDE === 0)
    .slice(0, count);
}

function questions(): string[] {
  const rows = readFileSync(BANKING77, 'utf8').trim().split('\n').slice(1);
  return rows.map((row) =>
    row
      .replace(/,[^,]*$/, '')
      .replace(/^"|"$/g, '')
      .trim(),
  );
}

function definitions(): string[] {
  return readWordNetDefinitions().map(({ text }) => text);
}
