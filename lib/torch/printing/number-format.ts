import { type Complex, type Dtype, isComplex } from '../dtype';
import { printOptions } from './print-options';

/** One element of a tensor. */
export type Element = number | bigint | boolean | Complex;

/** How the elements of one tensor are written, all alike. */
export type ElementFormat = {
  /** The columns that an element takes, by which lines are filled. */
  readonly width: number;
  readonly format: (element: Element) => string;
};

// Where PyTorch turns to powers of ten: too wide a range, too large, or too small.
const MAX_RATIO = 1000;
const MAX_PLAIN = 1e8;
const MIN_PLAIN = 1e-4;
// More digits than a tie of two roundings can have after its last.
const EXACT_DIGITS = 60;

/** The format in which PyTorch prints these elements together. */
export function chooseFormat(elements: readonly Element[], dtype: Dtype): ElementFormat {
  if (dtype.startsWith('complex')) return complexFormat(elements.filter(isComplex));
  if (dtype.includes('float')) return floatFormat(elements.map(Number));
  const width = widest(elements.map(wordOf));
  return { width, format: (element) => wordOf(element).padStart(width) };
}

function widest(words: readonly string[]): number {
  return words.reduce((width, word) => Math.max(width, word.length), 1);
}

function wordOf(element: Element): string {
  if (typeof element === 'boolean') return element ? 'True' : 'False';
  return String(element);
}

function complexFormat(elements: readonly Complex[]): ElementFormat {
  const real = floatFormat(elements.map(({ re }) => re));
  const imaginary = floatFormat(elements.map(({ im }) => im));
  const format = (element: Element): string => {
    const { re, im } = isComplex(element) ? element : { re: Number(element), im: 0 };
    const last = imaginary.format(im).trimStart();
    return `${real.format(re)}${last.startsWith('-') ? '' : '+'}${last}j`;
  };
  return { width: real.width + imaginary.width + 1, format };
}

/** Zeros, infinities and nan affect neither the format nor the width. */
function floatFormat(values: readonly number[]): ElementFormat {
  const telling = values.filter((value) => Number.isFinite(value) && value !== 0);
  const write = notation(telling);
  const width = widest(telling.map(write));
  return { width, format: (element) => write(Number(element)).padStart(width) };
}

function notation(telling: readonly number[]): (value: number) => string {
  let [largest, smallest] = [0, Number.POSITIVE_INFINITY];
  for (const value of telling) {
    largest = Math.max(largest, Math.abs(value));
    smallest = Math.min(smallest, Math.abs(value));
  }
  if (largest / smallest > MAX_RATIO || largest > MAX_PLAIN || smallest < MIN_PLAIN) {
    return scientific;
  }
  if (!telling.every(Number.isInteger)) return fixed;
  return (value) => `${signed(value, String)}${Number.isFinite(value) ? '.' : ''}`;
}

function fixed(value: number): string {
  return signed(value, (size) => {
    const exact = size.toFixed(EXACT_DIGITS);
    const kept = exact.indexOf('.') + 1 + printOptions.precision;
    return isUnevenTie(exact, kept) ? exact.slice(0, kept) : size.toFixed(printOptions.precision);
  });
}

function scientific(value: number): string {
  return signed(value, (size) => {
    const [rounded = '', exponent = ''] = size.toExponential(printOptions.precision).split('e');
    const [exact = ''] = size.toExponential(EXACT_DIGITS).split('e');
    const kept = 2 + printOptions.precision;
    const digits = isUnevenTie(exact, kept) ? exact.slice(0, kept) : rounded;
    return `${digits}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`;
  });
}

/**
 * True if rounding to `kept` characters is a tie that belongs to the even digit below, as in Python;
 * JavaScript rounds ties away from zero.
 */
function isUnevenTie(exact: string, kept: number): boolean {
  const last = exact[kept - 1] ?? '';
  return '02468'.includes(last) && /^50*$/.test(exact.slice(kept));
}

function signed(value: number, write: (size: number) => string): string {
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return `${sign}${Number.isFinite(value) ? write(Math.abs(value)) : 'inf'}`;
}
