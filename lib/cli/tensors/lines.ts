import { counted } from '../../counted';
import { greatest } from '../../extremes';
import { displayWidth } from '../../train/report/pages/display-width';
import { cut, padded, screenShare, screenWidth } from '../terminal';

/** What is shown of a tensor; the range is null where numbers have no order, or there are none. */
export type Facts = {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly range: readonly [number, number] | null;
  /** How many elements are NaN or infinite. */
  readonly odd: number;
};

/** How a tensor of one file is beside that of another; no problem where they are close. */
export type Comparison = {
  readonly name: string;
  /** The greatest difference of two elements; null where it cannot be known. */
  readonly distance: number | null;
  readonly problem: string | null;
};

/** What a name may take of the width. */
const LONGEST_NAME = 0.45;

/** One line for each tensor, and one with their number. */
export function listLines(tensors: readonly Facts[]): string[] {
  const width = nameWidth(tensors);
  const kinds = tensors.map(({ dtype, shape }) => `${dtype} [${shape.join(', ')}]`);
  const widest = greatest(
    kinds.map((kind) => kind.length),
    0,
  );
  const lines = tensors.map(({ name, range, odd }, i) => {
    const kind = (kinds[i] ?? '').padEnd(widest);
    const numbers = range === null ? '' : `  ${written(range[0])} to ${written(range[1])}`;
    const note = odd === 0 ? '' : `  ${odd} not finite`;
    return onOneLine(`${nameOf(name, width)}  ${kind}${numbers}${note}`);
  });
  const total = tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return [...lines, `${counted(tensors.length, 'tensor')}, ${counted(total, 'element')}`];
}

/** One line for each tensor that both files or one of them have, and one with the verdict. */
export function comparisonLines(tensors: readonly Comparison[]): string[] {
  const width = nameWidth(tensors);
  const lines = tensors.map(({ name, distance, problem }) => {
    const apart = distance === null ? '' : `  apart by ${written(distance)}`;
    return onOneLine(`${nameOf(name, width)}  ${problem ?? 'close'}${apart}`);
  });
  const odd = tensors.filter(({ problem }) => problem !== null).length;
  const verdict =
    odd === 0
      ? `all ${tensors.length} tensors agree`
      : `${odd} of ${tensors.length} tensors do not agree`;
  return [...lines, verdict];
}

function nameWidth(tensors: readonly { readonly name: string }[]): number {
  const longest = greatest(
    tensors.map(({ name }) => displayWidth(name)),
    0,
  );
  return Math.min(screenShare(LONGEST_NAME), longest);
}

function nameOf(name: string, width: number): string {
  // Of a long name the end says most.
  return displayWidth(name) > width ? `...${name.slice(3 - width)}` : padded(name, width);
}

function written(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function onOneLine(line: string): string {
  return cut(line.trimEnd(), screenWidth());
}
