import { endianness } from 'node:os';
import { TorchError } from '../../errors';
import type { Dtype } from '../dtype';
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

const DTYPE_OF_CODE: ReadonlyMap<string, Dtype> = new Map(CODES);
const CODE_OF_DTYPE: ReadonlyMap<Dtype, string> = new Map(
  CODES.map(([code, dtype]) => [dtype, code]),
);

// What numpy's other codes stand for, and why no tensor is made of it.
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^V2$/, 'raw bytes, as bfloat16 is written; save it as float32'],
  [/^V/, 'records of raw bytes, which tensors cannot hold'],
  [/^[SaUT]/, 'text, which tensors cannot hold'],
  [/^[Mm]8/, 'dates or durations; save them as int64: x.astype("int64")'],
  [
    /^(?:f1[26]|c24|c32)$/,
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
 * The dtype that a code of a file stands for.
 *
 * @throws TorchError `ERR_TORCH_FILE` for what tensors cannot hold, saying why
 */
export function parseDescr(descr: string, errors: FileErrors): NpyDtype {
  const order = /^[<>|]/.exec(descr)?.[0];
  const code = order === undefined ? descr : descr.slice(1);
  if (code === 'O') {
    const convert = "numpy.save('x.npy', x.astype(float))";
    throw errors.pickle('holds an array of Python objects, which numpy pickles', convert);
  }
  const dtype = DTYPE_OF_CODE.get(code);
  const isByte = code.endsWith('1');
  if (dtype !== undefined && order !== undefined && (isByte || order !== '|')) {
    return { dtype, swapped: !isByte && order !== NATIVE };
  }
  const known = CODES.map(([known]) => known).join(', ');
  const reason = dtype === undefined && OTHERS.find(([pattern]) => pattern.test(code))?.[1];
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
