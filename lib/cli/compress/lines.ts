import { formatAccuracy } from '../../train';
import type { Compression } from '../../train/compress/compression';
import type { AccuracyChange, EncodingTimes } from '../../train/compress/measure';

/** A model before and after. */
export type ModelChange = {
  readonly bytes: { readonly before: number; readonly after: number };
  /** Undefined without a test. */
  readonly tests?: readonly AccuracyChange[] | undefined;
  readonly encoding?: EncodingTimes | undefined;
};

const WIDTHS = [20, 16, 16];

/** A table of a model before and after, within 80 columns. */
export function comparisonLines(
  { prune }: Compression,
  { bytes, tests = [], encoding }: ModelChange,
): string[] {
  const rows: (readonly string[])[] = [['', 'before', 'after', 'difference']];
  for (const { shots, before, after, difference } of tests) {
    rows.push([
      `${shots}-shot accuracy, %`,
      formatAccuracy(before),
      formatAccuracy(after),
      formatAccuracy(difference),
    ]);
  }
  const less = 100 * (bytes.after / bytes.before - 1);
  rows.push([
    'size on disk, MB',
    megabytes(bytes.before),
    megabytes(bytes.after),
    `${less.toFixed(0)} %`,
  ]);
  if (encoding) {
    const { before, after } = encoding;
    const faster = `${(before / after).toFixed(2)} times as fast`;
    rows.push([`${encoding.texts} texts, ms`, before.toFixed(0), after.toFixed(0), faster]);
  }
  const notes: string[] = [];
  if (tests.length > 0)
    notes.push('± half of the 95 % interval; differences are of the same episodes.');
  if (prune) {
    const zeros = (100 * prune.zeros).toFixed(1);
    notes.push(`${zeros} % of the weights in the encoder's pruned matrices are 0.`);
    notes.push('Zeros make it neither smaller nor faster.');
  }
  return [...rows.map(row), ...notes];
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0))
    .join('')
    .trimEnd();
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1);
}
