import { array, fraction, integerFrom, readOptions, string, withDefault } from '../../../check';
import { invalidArgument, outOfRange } from '../../../errors';
import { WordTokenizer } from '../../tokenizers/word-tokenizer';
import { sameText } from '../dataset';
import type { TextRow } from '../readers/row-fields';
import { nearDuplicates } from './near-duplicates';

/** Smallest, middle, 95th percentile and largest of some numbers. */
export type Spread = {
  readonly least: number;
  readonly median: number;
  readonly p95: number;
  readonly most: number;
};

/** Texts that are the same by `sameText`, or nearly, under different labels: one of them may be wrong. */
export type Suspect = {
  readonly texts: readonly [string, string];
  readonly labels: readonly [string, string];
  /** Their splits, where the source knows some. */
  readonly splits: readonly [string | undefined, string | undefined];
  /** Lines in the file, where it has lines. */
  readonly lines: readonly [number | undefined, number | undefined];
  /** 1 for the same text. */
  readonly similarity: number;
};

/** What is to be known of a data set before it is used. */
export type Datasheet = {
  readonly rows: number;
  readonly classes: readonly {
    readonly label: string;
    readonly bySplit: Readonly<Record<string, number>>;
  }[];
  /** Rows of each split; `all` where the source knows none. */
  readonly splits: Readonly<Record<string, number>>;
  readonly empty: number;
  /** Rows whose text has been there before, in the same split and under the same label. */
  readonly duplicates: number;
  /** Texts that are in both of two splits. */
  readonly overlaps: readonly {
    readonly splits: readonly [string, string];
    readonly texts: number;
  }[];
  readonly characters: Spread;
  readonly words: Spread;
  /** The most similar come first. */
  readonly suspects: readonly Suspect[];
  /** How many there are in all. */
  readonly suspectCount: number;
};

const SCHEMA = {
  /** How similar texts under different labels must be to be suspects. Default: 0.8. */
  similarity: withDefault(fraction, 0.8),
  /** The most suspects to list. Default: 20. */
  most: withDefault<number>((value, name, operator) => integerFrom(0, value, name, operator), 20),
};

/** Options of `datasheet`. */
export type DatasheetOptions = { readonly similarity?: number; readonly most?: number };

/**
 * Counts what a data set holds, and what is suspicious in it. Texts are the same by `sameText`.
 *
 *     const { rows } = await readDataset('train.csv');
 *     const { overlaps, suspects } = datasheet(rows);
 *
 * @throws ArgumentTypeError or ArgumentRangeError for anything but rows, none at all, or a wrong option
 */
export function datasheet(rows: readonly TextRow[], options: DatasheetOptions = {}): Datasheet {
  const { similarity, most } = readOptions(SCHEMA, options, 'datasheet');
  array(rows, 'rows', 'rows', 'datasheet').forEach(requireRow);
  if (rows.length === 0) throw outOfRange('at least one row', 'rows', rows, 'datasheet');
  const keys = rows.map(({ text }) => sameText(text));
  const words = new WordTokenizer();
  const suspects = suspectsIn(rows, keys, similarity);
  return {
    rows: rows.length,
    classes: classesOf(rows),
    splits: countBy(rows.map(splitOf)),
    empty: keys.filter((key) => key === '').length,
    duplicates: duplicatesIn(rows, keys),
    overlaps: overlapsOf(rows, keys),
    characters: spreadOf(rows.map(({ text }) => [...text].length)),
    words: spreadOf(rows.map(({ text }) => words.tokenize(text).length)),
    suspects: suspects.slice(0, most),
    suspectCount: suspects.length,
  };
}

function requireRow(row: TextRow, i: number): void {
  for (const field of ['text', 'label'] as const) {
    const value: unknown = Object(row)[field];
    if (typeof value !== 'string')
      throw invalidArgument('a string', `rows[${i}].${field}`, value, 'datasheet');
  }
  const { split } = row;
  if (split !== undefined) string(split, `rows[${i}].split`, 'datasheet');
}

const splitOf = ({ split }: TextRow): string => split ?? 'all';

function countBy(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function classesOf(rows: readonly TextRow[]): Datasheet['classes'] {
  const byLabel = new Map<string, string[]>();
  for (const row of rows) {
    const list = byLabel.get(row.label);
    if (list === undefined) byLabel.set(row.label, [splitOf(row)]);
    else list.push(splitOf(row));
  }
  return [...byLabel].map(([label, splits]) => ({ label, bySplit: countBy(splits) }));
}

function duplicatesIn(rows: readonly TextRow[], keys: readonly string[]): number {
  const places = rows.map((row, i) => JSON.stringify([splitOf(row), row.label, keys[i]]));
  return rows.length - new Set(places).size;
}

function overlapsOf(rows: readonly TextRow[], keys: readonly string[]): Datasheet['overlaps'] {
  const bySplit = new Map<string, Set<string>>();
  for (const [i, row] of rows.entries()) {
    const split = splitOf(row);
    bySplit.set(split, (bySplit.get(split) ?? new Set()).add(keys[i] ?? ''));
  }
  const splits = [...bySplit];
  return splits.flatMap(([one, texts], i) =>
    splits.slice(i + 1).flatMap(([other, others]) => {
      const common = [...texts].filter((text) => others.has(text)).length;
      return common === 0 ? [] : [{ splits: [one, other] as const, texts: common }];
    }),
  );
}

function suspectsIn(
  rows: readonly TextRow[],
  keys: readonly string[],
  similarity: number,
): Suspect[] {
  // One row of each text and label is enough to compare.
  const byText = new Map<string, Map<string, TextRow>>();
  for (const [i, row] of rows.entries()) {
    const key = keys[i] ?? '';
    if (key === '') continue;
    const own = byText.get(key) ?? new Map<string, TextRow>();
    if (!own.has(row.label)) own.set(row.label, row);
    byText.set(key, own);
  }
  // Compared by their keys: what many texts have in common would not make candidates of the same text.
  const same = [...byText.values()].flatMap((own) => {
    const [first, ...others] = own.values();
    return first === undefined ? [] : others.map((other) => suspectOf(first, other, 1));
  });
  const list = [...byText].flatMap(([key, own]) => [...own.values()].map((row) => ({ key, row })));
  const texts = list.map(({ row }) => row.text);
  const alike = nearDuplicates(texts, similarity).flatMap((pair): Suspect[] => {
    const [a, b] = [list[pair.a], list[pair.b]];
    const isPair = a !== undefined && b !== undefined && a.key !== b.key;
    return isPair && a.row.label !== b.row.label ? [suspectOf(a.row, b.row, pair.similarity)] : [];
  });
  return [...same, ...alike];
}

function suspectOf(a: TextRow, b: TextRow, similarity: number): Suspect {
  return {
    texts: [a.text, b.text],
    labels: [a.label, b.label],
    splits: [a.split, b.split],
    lines: [a.line, b.line],
    similarity,
  };
}

function spreadOf(numbers: readonly number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { least: at(0), median: at(0.5), p95: at(0.95), most: at(1) };
}
