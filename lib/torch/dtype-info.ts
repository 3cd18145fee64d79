import { outOfRange } from '../errors';
import { getDefaultDtype } from './defaults/default-dtype';
import { checkDtype, type Dtype, integerRange, itemSize } from './dtype';

/** The limits of a floating dtype. */
export type FloatInfo = {
  readonly dtype: Dtype;
  readonly bits: number;
  /** The difference between 1 and the next number. */
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  /** The least positive number with all digits; `tiny` is another name. */
  readonly smallestNormal: number;
  readonly tiny: number;
  /** The precision in decimals. */
  readonly resolution: number;
};

/** The limits of an integer dtype, exactly. */
export type IntegerInfo = {
  readonly dtype: Dtype;
  readonly bits: number;
  readonly max: bigint;
  readonly min: bigint;
};

type Format = { readonly digits: number; readonly least: number; readonly max: number };

/** Binary digits behind the point, the exponent of the least normal number, and the greatest number. */
const FORMATS: Readonly<Partial<Record<Dtype, Format>>> = {
  float64: { digits: 52, least: -1022, max: Number.MAX_VALUE },
  float32: { digits: 23, least: -126, max: (2 - 2 ** -23) * 2 ** 127 },
  bfloat16: { digits: 7, least: -126, max: (2 - 2 ** -7) * 2 ** 127 },
  float16: { digits: 10, least: -14, max: 65504 },
  float8_e4m3fn: { digits: 3, least: -6, max: 448 },
  float8_e4m3fnuz: { digits: 3, least: -7, max: 240 },
  float8_e5m2: { digits: 2, least: -14, max: 57344 },
  float8_e5m2fnuz: { digits: 2, least: -15, max: 57344 },
};

const PART: Readonly<Partial<Record<Dtype, Dtype>>> = {
  complex32: 'float16',
  complex64: 'float32',
  complex128: 'float64',
};

/**
 * The limits of a floating dtype, or of the parts of a complex one. Default: the default dtype.
 *
 * @throws ArgumentRangeError for integers, and for dtypes without a sign
 */
export function finfo(dtype: Dtype = getDefaultDtype()): FloatInfo {
  const part = PART[checkDtype(dtype)] ?? dtype;
  const format = FORMATS[part];
  if (format === undefined) throw outOfRange('a floating dtype', 'dtype', dtype, 'finfo');
  const { digits, least, max } = format;
  return {
    dtype: part,
    bits: itemSize(part) * 8,
    eps: 2 ** -digits,
    max,
    min: -max,
    smallestNormal: 2 ** least,
    tiny: 2 ** least,
    resolution: 10 ** -Math.floor(digits * Math.log10(2)),
  };
}

/**
 * The limits of an integer dtype.
 *
 * @throws ArgumentRangeError for other dtypes
 */
export function iinfo(dtype: Dtype): IntegerInfo {
  const range = integerRange(checkDtype(dtype));
  if (range === undefined) throw outOfRange('an integer dtype', 'dtype', dtype, 'iinfo');
  return { dtype, bits: itemSize(dtype) * 8, ...range };
}
