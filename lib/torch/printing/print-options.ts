import { integerFrom, knownOptions } from '../../check';

/** How tensors are printed. */
export type PrintOptions = {
  /** Digits after the point. Default: 4. */
  precision?: number;
  /** Elements beyond which a tensor is summarised. Default: 1000. */
  threshold?: number;
  /** Items shown at each end of a dimension that is summarised. Default: 3. */
  edgeItems?: number;
  /** Characters of a line. Default: 80. */
  lineWidth?: number;
};

const DEFAULTS: Required<PrintOptions> = {
  precision: 4,
  threshold: 1000,
  edgeItems: 3,
  lineWidth: 80,
};

const LEAST: Required<PrintOptions> = { precision: 0, threshold: 0, edgeItems: 1, lineWidth: 10 };
const MOST_DIGITS = 20;

/** The options of now, which only this file changes. */
export const printOptions: Readonly<Required<PrintOptions>> = { ...DEFAULTS };

/**
 * Changes how this thread prints tensors; what is left out gets its default back, so that
 * `setPrintOptions()` is as at the start.
 *
 * @throws ArgumentRangeError if a number is too small, or `precision` is above 20
 */
export function setPrintOptions(options: PrintOptions = {}): void {
  const name = 'setPrintOptions';
  const names = ['precision', 'threshold', 'edgeItems', 'lineWidth'] as const;
  const given = knownOptions(options, names, name);
  const read = names.map((key) => {
    const most = key === 'precision' ? MOST_DIGITS : Number.MAX_SAFE_INTEGER;
    return [key, integerFrom(LEAST[key], given[key] ?? DEFAULTS[key], key, name, most)] as const;
  });
  Object.assign(printOptions, Object.fromEntries(read));
}
