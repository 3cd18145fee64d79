import type { Prediction } from '../../serve';
import type { Estimate } from '../../train';

/** What fits into the terminals that there are. */
const WIDTH = 80;
const LABEL = 17;
const LARGEST_SHARE = 5;

/** A text, with dots for what does not fit. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 3).trimEnd()}...`;
}

/** The answer to a question, as one line: label, probability and the example that explains it. */
export function answerLine({
  label,
  probability,
  unknown,
  nearest: [example],
}: Prediction): string {
  const share = label === null ? '' : `${(100 * probability).toFixed(0)} %`;
  const start = `    ${(label ?? 'unknown').padEnd(LABEL)}${share.padStart(LARGEST_SHARE)}   `;
  if (unknown !== null) return `${start}${unknown}`;
  const like = 'like: ';
  return `${start}${like}${cut(example?.text ?? '', WIDTH - start.length - like.length)}`;
}

/** Rows of cells, the first column to the left, the others to the right. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  );
  return rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    return `  ${cells.join('   ')}`;
  });
}

/** A share in per cent with half of its 95 % interval, for every terminal: `58.6 +- 0.9`. */
export function percent({ mean, halfWidth }: Estimate): string {
  return `${(100 * mean).toFixed(1)} +- ${(100 * halfWidth).toFixed(1)}`;
}

/** The time since `start`, a reading of `performance.now()`. */
export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
