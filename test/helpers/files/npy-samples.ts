import fc from 'fast-check';
import { TorchError } from '../../../lib/errors';
import { DTYPES, type Dtype, parseNpy, type Tensor, torch } from '../../../lib/torch';

/** One case of test/fixtures/npy.json; `same` where we write the file as numpy does. */
export type NpyCase = {
  name: string;
  dtype: Dtype;
  shape: number[];
  same: boolean;
  data: string;
  file: string;
};

export type NpyFixture = {
  read: NpyCase[];
  refused: { name: string; file: string; message: string }[];
  archives: { name: string; file: string; arrays: NpyCase[] }[];
  objectsBeside: string;
  torch: { zip: string; pickle: string };
};

/** The dtypes that numpy has. */
export const NUMPY_DTYPES = DTYPES.filter((dtype) => dtype !== 'bfloat16');

export function bytesOf(tensor: Tensor): Buffer {
  const { buffer, byteOffset, byteLength } = tensor.data();
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Any dtype of numpy, any shape of few elements, and a seed for them. */
export const anyArray = fc.record({
  dtype: fc.constantFrom(...NUMPY_DTYPES),
  shape: fc.array(fc.nat(4), { maxLength: 4 }),
  seed: fc.nat(1000),
});

/** A tensor of random bits, or of random booleans. */
export function randomTensor(array: { dtype: Dtype; shape: number[]; seed: number }): Tensor {
  const { dtype, shape, seed } = array;
  return torch.scope(() => {
    const generator = torch.generator(seed);
    if (dtype === 'bool') return torch.randint(0, 2, shape, { generator }).gt(0);
    const like = torch.zeros([0], { dtype }).data();
    const count = shape.reduce((product, size) => product * size, 1);
    const width = dtype.startsWith('complex') ? 2 : 1;
    const size = count * width * like.BYTES_PER_ELEMENT;
    const bits = torch.randint(0, 256, [size], { generator }).to('uint8').data();
    const bytes = new Uint8Array(bits.buffer, bits.byteOffset, size);
    const data = new (like.constructor as Float32ArrayConstructor)(bytes.slice().buffer);
    return torch.tensor(data, { dtype, shape });
  });
}

/** An npy file made by hand, of version 1.0 unless told. */
export function npyBytes(header: string, data: Uint8Array = new Uint8Array(), major = 1): Buffer {
  const text = Buffer.from(header, major === 3 ? 'utf8' : 'latin1');
  const length = Buffer.alloc(major === 1 ? 2 : 4);
  length.writeUIntLE(text.length, 0, length.length);
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from('NUMPY'),
    Buffer.of(major, 0),
    length,
    text,
    data,
  ]);
}

/** A file of 24 bytes of data, to be altered. */
export const SAMPLE_NPY: Uint8Array = npyBytes(
  "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }     \n",
  Buffer.alloc(24, 1),
);

/** What may be put into it. */
export const NPY_TOKENS = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ':',
    ',',
    "'",
    '"',
    '\\',
    '\n',
    ' ',
    '#',
    'L',
    '-1',
    '0',
    '1.',
    '1e3',
  ],
  ...[
    "'descr'",
    "'shape': (6,),",
    'True',
    'False',
    'None',
    "'|O'",
    '(3, 2)',
    '(1, 2, 3)',
    '(1, 24)',
  ],
  ...['>', '<u4', '|u1', '<f8', '<c8', '|b1', '9007199254740993', '99999999999999999999999', '\0'],
];

/**
 * The tensor of the bytes, or undefined if they are refused as a wrong file. Anything else is a
 * mistake of ours, and thrown.
 */
export function readsNpyOrRefuses(bytes: Uint8Array): Tensor | undefined {
  try {
    return parseNpy(bytes);
  } catch (error) {
    if (error instanceof TorchError && error.code === 'ERR_TORCH_FILE') return undefined;
    throw error;
  }
}
