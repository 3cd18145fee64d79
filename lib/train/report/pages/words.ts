import { counted } from '../../../counted';
import type { Figure } from '../../metrics/figure';
import type { Protocol } from '../predictions';

/** What stands for a label where there is none. */
export const OUT_OF_SCOPE = '(out of scope)';
/** What stands for a text that is not in the predictions. */
export const NO_TEXT = '(not saved)';
const EMPTY = '(empty)';
const NOTHING = '–';
const EVEN = 1e-9;

/** A label as it is shown. */
export function labelWords(label: string | null): string {
  if (label === null) return OUT_OF_SCOPE;
  return label.trim() === '' ? EMPTY : label;
}

/** A share in per cent: `58.6 ± 0.9`, or `98.1 (95.0 to 100.0)` where its interval is uneven. */
export function percentWords(figure: Figure | null): string {
  return figureWords(figure, (value) => (100 * value).toFixed(1));
}

/** A share in per cent, without interval. */
export const percentOf = (share: number): string => (100 * share).toFixed(1);

/** A number with three digits after the point, and its interval. */
export function numberWords(figure: Figure | null): string {
  return figureWords(figure, (value) => value.toFixed(3));
}

/** Milliseconds with three significant digits. */
export function timeWords(figure: Figure | null): string {
  return figureWords(figure, (value) => String(Number(value.toPrecision(3))));
}

/** The same with a sign, for a difference. */
export function signed(words: string): string {
  return /^[-–0]/.test(words) && !/^0\.0*[1-9]/.test(words) ? words : `+${words}`;
}

function figureWords(figure: Figure | null, digits: (value: number) => string): string {
  if (figure === null) return NOTHING;
  const { value, low, high } = figure;
  if (low === null || high === null) return digits(value);
  if (Math.abs(value - low - (high - value)) < EVEN)
    return `${digits(value)} ± ${digits(high - value)}`;
  return `${digits(value)} (${digits(low)} to ${digits(high)})`;
}

/** `5-way 1-shot, 15 queries a class`, as far as it is known. */
export function taskWords({ ways, shots, queries }: Protocol): string {
  const words = [
    ...(ways === undefined ? [] : [`${rangeWords(ways)}-way`]),
    ...(shots === undefined ? [] : [`${rangeWords(shots)}-shot`]),
  ].join(' ');
  const asked = queries === undefined ? '' : `${counted(queries, 'query', 'queries')} a class`;
  return [words, asked].filter((part) => part !== '').join(', ');
}

function rangeWords(range: number | readonly [number, number]): string {
  return typeof range === 'number' ? String(range) : range.join(' to ');
}

/** The data and its split: `banking77, test`. */
export function dataWords({ dataset, split }: Protocol): string {
  return split === undefined ? dataset : `${dataset}, ${split}`;
}
