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

/** Characters of a line, and of a name within it. */
const WIDTH = 80;
const LONGEST_NAME = 36;

/** One line for each tensor, and one with their number. */
export function listLines(tensors: readonly Facts[]): string[] {
  const width = nameWidth(tensors);
  const lines = tensors.map(({ name, dtype, shape, range, odd }) => {
    const numbers = range === null ? '' : `  ${written(range[0])} to ${written(range[1])}`;
    const note = odd === 0 ? '' : `  ${odd} not finite`;
    return cut(`${nameOf(name, width)}  ${dtype} [${shape.join(', ')}]${numbers}${note}`);
  });
  const total = tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return [...lines, `${tensors.length} tensors, ${total} elements`];
}

/** One line for each tensor that both files or one of them have, and one with the verdict. */
export function comparisonLines(tensors: readonly Comparison[]): string[] {
  const width = nameWidth(tensors);
  const lines = tensors.map(({ name, distance, problem }) => {
    const apart = distance === null ? '' : `  apart by ${written(distance)}`;
    return cut(`${nameOf(name, width)}  ${problem ?? 'close'}${apart}`);
  });
  const odd = tensors.filter(({ problem }) => problem !== null).length;
  const verdict =
    odd === 0
      ? `all ${tensors.length} tensors agree`
      : `${odd} of ${tensors.length} tensors do not agree`;
  return [...lines, verdict];
}

function nameWidth(tensors: readonly { readonly name: string }[]): number {
  return Math.min(LONGEST_NAME, Math.max(0, ...tensors.map(({ name }) => name.length)));
}

function nameOf(name: string, width: number): string {
  return name.length > width ? `…${name.slice(name.length - width + 1)}` : name.padEnd(width);
}

function written(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function cut(line: string): string {
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;
}
