import { itemSize, layoutOf } from '../../../lib/torch/dtype';
import { parseNpy, serializeNpy, torch } from '../../../lib/torch/index';
import { mutateHeader } from '../../helpers/files/mutate-header';
import {
  NPY_TOKENS,
  npyBytes,
  readsNpyOrRefuses,
  SAMPLE_NPY,
} from '../../helpers/files/npy-samples';
import { numbers } from '../../helpers/numbers';

const header = (fields: Partial<Record<'descr' | 'fortran_order' | 'shape', string>>): string => {
  const all = { descr: "'|u1'", fortran_order: 'False', shape: '(1,)', ...fields };
  return `{${Object.entries(all)
    .map(([key, value]) => `'${key}': ${value}`)
    .join(', ')}}`;
};

const refusal = (text: string, data = 1, major = 1): string => {
  try {
    parseNpy(npyBytes(text, new Uint8Array(data), major));
  } catch (error) {
    expect(error).toMatchObject({ name: 'TorchError', code: 'ERR_TORCH_FILE' });
    return (error as Error).message;
  }
  throw new Error('Expected a refusal');
};

test.each<[string, string, number, number[]]>([
  [
    'white space anywhere',
    "\t{ 'descr' :\n'|u1','fortran_order':False , 'shape':( 1 , ) , } \n",
    1,
    [1],
  ],
  ['double quotes', header({}).replaceAll("'", '"'), 1, [1]],
  ['no comma at the end', header({ shape: '(1, 2)' }), 2, [1, 2]],
  ['a comma at the end', header({ shape: '(1, 2,)' }), 2, [1, 2]],
  ['no dimensions', header({ shape: '()' }), 1, []],
  ['64 dimensions', header({ shape: `(${'1,'.repeat(64)})` }), 1, Array(64).fill(1)],
  [
    'large dimensions beside an empty one',
    header({ shape: '(0, 1125899906842624)' }),
    0,
    [0, 2 ** 50],
  ],
])('reads %s', (_, text, data, shape) => {
  expect(parseNpy(npyBytes(text, new Uint8Array(data))).shape).toEqual(shape);
});

test.each<[string, string, string]>([
  ['nothing', '', "'{' at offset 0 of the header but found its end"],
  ['no dictionary', '()', "'{' at offset 0"],
  ['no end', header({}).slice(0, -1), "',' at offset 54 of the header but found its end"],
  ['text after the end', `${header({})} x`, 'nothing more at offset 56'],
  ['a comment', `${header({})}#`, 'nothing more'],
  ['two commas', header({}).replace(', ', ',,'), 'a string at offset 16'],
  ['a key twice', header({}).replace('}', ", 'shape': (2,)}"), "each key once, not 'shape' again"],
  ['an unknown key', header({}).replace('shape', 'order'), 'descr, fortran_order and shape'],
  ['no descr', "{'fortran_order': False, 'shape': ()}", 'descr in the header'],
  ['no order', "{'descr': '|u1', 'shape': ()}", 'fortran_order in the header'],
  ['no shape', "{'descr': '|u1', 'fortran_order': False}", 'shape in the header'],
  ['a key without quotes', header({}).replace("'descr'", 'descr'), 'a string at offset 1'],
  ['an escape', header({ descr: "'\\x7cu1'" }), 'a string'],
  ['a string without end', header({ descr: "'|u1" }), 'one of the dtypes'],
  ['strings side by side', header({ descr: "'|' 'u1'" }), 'one of the dtypes'],
  ['a prefix of a string', header({ descr: "b'|u1'" }), 'a string'],
  ['a number as order', header({ fortran_order: '0' }), 'True or False'],
  ['a small letter', header({ fortran_order: 'false' }), 'True or False'],
  ['a longer word', header({ fortran_order: 'Falsey' }), 'True or False'],
  ['a number as shape', header({ shape: '1' }), "'('"],
  ['a number in parentheses', header({ shape: '(1)' }), "',' after the only size"],
  ['a list as shape', header({ shape: '[1]' }), "'('"],
  ['a boolean as size', header({ shape: '(True,)' }), 'a size'],
  ['a fraction as size', header({ shape: '(1.0,)' }), "','"],
  ['an exponent as size', header({ shape: '(1e0,)' }), 'a size'],
  ['an underscore', header({ shape: '(1_0,)' }), 'a size'],
  ['a leading zero', header({ shape: '(01,)' }), 'an integer in [0, 2^53)'],
  ['a negative size', header({ shape: '(-1,)' }), 'no negative size'],
  ['a size that would be rounded', header({ shape: '(9007199254740993,)' }), 'an integer in'],
  ['an endless size', header({ shape: `(${'9'.repeat(5000)},)` }), 'an integer in'],
  ['sizes that wrap around', header({ shape: '(4294967296, 4294967296)' }), 'fewer than 2^53'],
  [
    'such sizes beside an empty one',
    header({ shape: '(0, 4294967296, 4294967296)' }),
    'fewer than',
  ],
  ['65 dimensions', header({ shape: `(${'1,'.repeat(65)})` }), 'at most 64 dimensions'],
  ['nested tuples', header({ shape: '((1,),)' }), 'a size'],
  ['an order alone', header({ descr: "'<'" }), '< or > and one of the dtypes'],
  ['two orders', header({ descr: "'<>f4'" }), '< or > and one of the dtypes'],
  ['a name with an order', header({ descr: "'<float32'" }), 'one of the dtypes'],
  ['a letter with a size', header({ descr: "'d8'" }), 'one of the dtypes'],
  ['extended precision', header({ descr: "'g'" }), 'extended precision'],
  ['text', header({ descr: "'str'" }), 'text, which tensors cannot hold'],
  ['an unknown dtype', header({ descr: "'<f3'" }), 'one of the dtypes'],
  ['an inherited name', header({ descr: "'<toString'" }), 'one of the dtypes'],
  ['a name in capitals', header({ descr: "'Float32'" }), 'one of the dtypes'],
  ['too little data', header({ shape: '(2,)' }), '2 bytes of uint8 with shape [2] but found 1'],
  ['too much data', header({ shape: '(0,)' }), '0 bytes of uint8 with shape [0] but found 1'],
])('refuses %s', (_, text, expected) => {
  expect(refusal(text)).toContain(expected);
});

// What `numpy.dtype(code).str` of numpy 2.4 says, on a machine whose least byte comes first.
test.each([
  ['int8', 'b byte int8 i1'],
  ['uint8', 'B ubyte uint8 u1'],
  ['bool', '? bool bool_ b1'],
  ['int16', 'h short int16 i2'],
  ['uint16', 'H ushort uint16 u2'],
  ['int32', 'i intc int32 i4'],
  ['uint32', 'I uintc uint32 u4'],
  ['int64', 'q p n longlong int int_ intp int64 i8'],
  ['uint64', 'Q P N ulonglong uint uintp uint64 u8'],
  ['float16', 'e half float16 f2'],
  ['float32', 'f single float32 f4'],
  ['float64', 'd double float float64 f8'],
  ['complex64', 'F csingle complex64 c8'],
  ['complex128', 'D cdouble complex complex128 c16'],
] as const)('reads every code of %s', (dtype, codes) => {
  const value = torch.tensor([1], { dtype });
  const data = Buffer.from(serializeNpy(value)).subarray(-itemSize(dtype));
  const { BYTES_PER_ELEMENT: size } = layoutOf(dtype).array;
  const turned = Buffer.from(data);
  for (let at = 0; at < turned.length; at += size) turned.subarray(at, at + size).reverse();
  for (const code of codes.split(' ')) {
    const isName = /^[a-z]{3}|_/.test(code);
    for (const order of isName ? [''] : ['', '=', '|', '<', '>']) {
      const bytes = npyBytes(header({ descr: `'${order}${code}'` }), order === '>' ? turned : data);
      const read = parseNpy(bytes);
      expect([code, order, read.dtype, read.tolist()]).toEqual([
        code,
        order,
        dtype,
        value.tolist(),
      ]);
    }
  }
});

test('l and long are as long as in C', () => {
  const bytes = process.platform === 'win32' ? 4 : 8;
  for (const [code, dtype] of [
    ['l', `int${8 * bytes}`],
    ['L', `uint${8 * bytes}`],
    ['long', `int${8 * bytes}`],
    ['ulong', `uint${8 * bytes}`],
  ]) {
    expect(parseNpy(npyBytes(header({ descr: `'${code}'` }), new Uint8Array(bytes))).dtype).toBe(
      dtype,
    );
  }
});

test('takes the integers of Python 2 where Python 2 could have written them', () => {
  const text = header({ shape: '(1L,)' });
  expect(parseNpy(npyBytes(text, new Uint8Array(1), 2)).shape).toEqual([1]);
  expect(refusal(text, 1, 3)).toContain('an integer');
  expect(refusal(header({ shape: '(1LL,)' }))).toContain('a size');
});

test.each([
  [0, 0],
  [1, 1],
  [4, 0],
])('refuses version %i.%i', (major, minor) => {
  const bytes = npyBytes(header({}), new Uint8Array(1));
  bytes.set([major, minor], 6);
  expect(() => parseNpy(bytes)).toThrow(`version 1.0, 2.0 or 3.0 but found ${major}.${minor}`);
});

test('refuses headers longer than numpy reads, without reading them', () => {
  const spaces = ' '.repeat(10_000 - header({}).length);
  expect(parseNpy(npyBytes(header({}) + spaces, new Uint8Array(1))).shape).toEqual([1]);
  expect(refusal(`${header({})}${spaces} `)).toContain('at most 10000 bytes but found 10001');
  const bytes = npyBytes(header({}), new Uint8Array(1), 2);
  bytes.writeUInt32LE(0xffffffff, 8);
  expect(() => parseNpy(bytes)).toThrow('found 4294967295 bytes');
});

test('answers 3,000 altered files with a tensor or a refusal, each within 50 ms', () => {
  const next = numbers(1);
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < 3000; i++) {
    const altered = mutateHeader(SAMPLE_NPY, next, NPY_TOKENS);
    const start = process.cpuUsage();
    const isRead = readsNpyOrRefuses(altered) !== undefined;
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(50);
    counts[isRead ? 'read' : 'refused']++;
  }
  expect(counts.read).toBeGreaterThan(40);
  expect(counts.refused).toBeGreaterThan(1500);
});
