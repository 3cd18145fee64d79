import { existsSync, readFileSync } from 'node:fs';
import { readWordNetDefinitions } from '../../lib/text';

/** A text and its label, with quotes where they hold commas. */
const CSV_ROW = /(?:"((?:[^"]|"")*)"|([^,\n]*)),[^\n]*\n/g;

/**
 * `count` short texts, spread over a file: of a CSV file the first column, of others the lines; without a
 * file, definitions of WordNet.
 */
export function shortTexts(file: string, count: number): { texts: string[]; source: string } {
  const all = existsSync(file) ? textsOf(file) : readWordNetDefinitions().map(({ text }) => text);
  const step = Math.max(1, Math.floor(all.length / count));
  const texts = all.filter((_, i) => i % step === 0).slice(0, count);
  return { texts, source: existsSync(file) ? file : 'definitions of WordNet' };
}

function textsOf(file: string): string[] {
  const content = readFileSync(file, 'utf8');
  if (!file.endsWith('.csv')) return content.split('\n').filter((line) => line.trim() !== '');
  const rows = [...content.matchAll(CSV_ROW)].slice(1);
  return rows.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}
