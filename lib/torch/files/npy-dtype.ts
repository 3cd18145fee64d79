import { endianness } from 'node:os';
import { TorchError } from '../../errors';
import { type Dtype, layoutOf } from '../dtype';
import type { FileErrors } from './file-errors';

/** How the elements of a file are stored. */
export type NpyDtype = {
  readonly dtype: Dtype;
  /** Whether the bytes of numbers come in the other order than on this machine. */
  readonly swapped: boolean;
};

const NATIVE = endianness() === 'LE' ? '<' : '>';

const CODES: readonly (readonly [string, Dtype])[] = [
  ['b1', 'bool'],
  ['i1', 'int8'],
  ['u1', 'uint8'],
  ['i2', 'int16'],
  ['u2', 'uint16'],
  ['i4', 'int32'],
  ['u4', 'uint32'],
  ['i8', 'int64'],
  ['u8', 'uint64'],
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
  ['c8', 'complex64'],
  ['c16', 'complex128'],
];

/** Bytes of C's `long`, which the codes l and L stand for. */
const LONG = process.platform === 'win32' ? 4 : 8;

/** The other codes that numpy takes for the same, each a letter of its types. */
const LETTERS: Readonly<Record<string, string>> = {
  '?': 'b1',
  b: 'i1',
  B: 'u1',
  h: 'i2',
  H: 'u2',
  i: 'i4',
  I: 'u4',
  l: `i${LONG}`,
  L: `u${LONG}`,
  q: 'i8',
  Q: 'u8',
  p: 'i8',
  P: 'u8',
  n: 'i8',
  N: 'u8',
  e: 'f2',
  f: 'f4',
  d: 'f8',
  F: 'c8',
  D: 'c16',
};

/** The names that numpy takes beside those that its dtypes share with libtorch's. */
const NAMES: Readonly<Record<string, string>> = {
  bool: 'b1',
  bool_: 'b1',
  byte: 'i1',
  ubyte: 'u1',
  short: 'i2',
  ushort: 'u2',
  intc: 'i4',
  uintc: 'u4',
  long: `i${LONG}`,
  ulong: `u${LONG}`,
  longlong: 'i8',
  ulonglong: 'u8',
  int: 'i8',
  int_: 'i8',
  intp: 'i8',
  uint: 'u8',
  uintp: 'u8',
  half: 'f2',
  single: 'f4',
  double: 'f8',
  float: 'f8',
  csingle: 'c8',
  cdouble: 'c16',
  complex: 'c16',
};

/** Codes may follow the order of the bytes, names never do. */
const DTYPE_OF_CODE = new Map<string, Dtype>(CODES);
const DTYPE_OF_NAME = new Map<string, Dtype>(CODES.map(([, dtype]) => [dtype, dtype]));
const CODE_OF_DTYPE: ReadonlyMap<Dtype, string> = new Map(
  CODES.map(([code, dtype]) => [dtype, code]),
);
for (const [map, aliases] of [
  [DTYPE_OF_CODE, LETTERS],
  [DTYPE_OF_NAME, NAMES],
] as const) {
  for (const [alias, code] of Object.entries(aliases)) {
    const dtype = DTYPE_OF_CODE.get(code);
    if (dtype !== undefined) map.set(alias, dtype);
  }
}

// What numpy's other codes stand for, and why no tensor is made of it.
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^V2$/, 'raw bytes, as bfloat16 is written; save it as float32'],
  [/^V/, 'records of raw bytes, which tensors cannot hold'],
  [/^(?:[SaUT]\d*|str|bytes)$/, 'text, which tensors cannot hold'],
  [/^[Mm]8/, 'dates or durations; save them as int64: x.astype("int64")'],
  [
    /^(?:f1[26]|c24|c32|g|G|c?longdouble)$/,
    'extended precision, which libtorch lacks; save it as float64 or complex128',
  ],
];

/**
 * numpy's code for a dtype with the order of its bytes, for example `<f4`.
 *
 * @throws TorchError `ERR_TORCH_DTYPE` for bfloat16, which numpy lacks
 */
export function descrOf(dtype: Dtype): string {
  const code = CODE_OF_DTYPE.get(dtype);
  if (code !== undefined) return `${code.endsWith('1') ? '|' : NATIVE}${code}`;
  throw new TorchError(
    'ERR_TORCH_DTYPE',
    `Expected a dtype that numpy has but received ${dtype}: write tensor.to('float32'), which loses nothing, or a safetensors file`,
  );
}

/**
 * The dtype that a code of a file stands for: all that `numpy.dtype` takes for numbers, as `numpy.load`
 * does. Without `<` or `>` the bytes are in this machine's order.
 *
 * @throws TorchError `ERR_TORCH_FILE` for what tensors cannot hold, saying why
 */
export function parseDescr(descr: string, errors: FileErrors): NpyDtype {
  const order = /^[<>|=]/.exec(descr)?.[0];
  const code = order === undefined ? descr : descr.slice(1);
  if (code === 'O' || descr === 'object') {
    const convert = "numpy.save('x.npy', x.astype(float))";
    throw errors.pickle('holds an array of Python objects, which numpy pickles', convert);
  }
  const dtype = DTYPE_OF_CODE.get(code) ?? DTYPE_OF_NAME.get(descr);
  if (dtype !== undefined) {
    const { array } = layoutOf(dtype);
    const isForeign = (order === '<' || order === '>') && order !== NATIVE;
    return { dtype, swapped: isForeign && array.BYTES_PER_ELEMENT > 1 };
  }
  const known = CODES.map(([known]) => known).join(', ');
  const reason = OTHERS.find(([pattern]) => pattern.test(code))?.[1];
  const found = JSON.stringify(descr);
  throw errors.invalid(
    `< or > and one of the dtypes ${known}`,
    reason ? `${found}: ${reason}` : found,
  );
}

/** The error for records, whose dtype is a list of fields. */
export function structured(errors: FileErrors): TorchError {
  return errors.invalid(
    'a dtype of numbers',
    'records with fields, which tensors cannot hold; save each field: numpy.savez(path, a=x["a"])',
  );
}
