import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  openSafetensors,
  readSafetensors,
  serializeSafetensors,
  writeSafetensors,
} from '../../../lib/torch/files/safetensors';
import { DTYPES, type Dtype, type Tensor, torch } from '../../../lib/torch/index';
import { safetensorsBytes } from '../../helpers/files/safetensors-bytes';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();
const STORABLE = DTYPES.filter((dtype) => dtype !== 'complex128');
const fileError = (path: string) => expect.objectContaining({ code: 'ERR_TORCH_FILE', path });

function file(bytes: Uint8Array, name = 'x.safetensors'): string {
  const path = join(folder(), name);
  writeFileSync(path, bytes);
  return path;
}

function bytesOf(tensor: Tensor): Buffer {
  const { buffer, byteOffset, byteLength } = tensor.data();
  return Buffer.from(buffer, byteOffset, byteLength);
}

function random(dtype: Dtype, shape: number[], generator = torch.generator(7)): Tensor {
  const values = torch.randint(0, 256, shape, { generator });
  if (dtype === 'bool') return values.gt(127);
  return values
    .to('float64')
    .sub(dtype.startsWith('u') ? 0 : 128)
    .div(3)
    .to(dtype);
}

test('writes the bytes that the format prescribes', () => {
  const tensors = {
    b: torch.tensor([1, -2], { dtype: 'float32' }),
    a: torch.tensor([true, false, true]),
    n: torch.tensor(3n),
  };
  const json =
    '{"__metadata__":{"by":"hands"},' +
    '"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},' +
    '"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},' +
    '"a":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]}}';
  expect(json).toHaveLength(193);
  const data = '0300000000000000' + '0000803f' + '000000c0' + '010001';
  const expected = `c800000000000000${Buffer.from(json.padEnd(200)).toString('hex')}${data}`;
  const bytes = serializeSafetensors(tensors, { by: 'hands' });
  expect(Buffer.from(bytes).toString('hex')).toBe(expected);
});

test('reads a file made by hand', () => {
  const path = file(
    safetensorsBytes(
      '{"m":{"dtype":"I16","shape":[2,2],"data_offsets":[0,8]},"__metadata__":{"k":"v"}}\n',
      Buffer.from('0100feff03000400', 'hex'),
    ),
  );
  const { tensors, metadata } = readSafetensors(path);
  expect(tensors.m?.dtype).toBe('int16');
  expect(tensors.m?.tolist()).toEqual([
    [1, -2],
    [3, 4],
  ]);
  expect(metadata).toEqual({ k: 'v' });
});

describe.each(STORABLE)('%s', (dtype) => {
  test('comes back as it was written, in any shape and under any name', () => {
    const shapes = fc.array(fc.nat(4), { maxLength: 4 });
    const names = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__');
    const cases = fc.dictionary(names, shapes, { maxKeys: 4, noNullPrototype: true });
    const path = join(folder(), 'round.safetensors');
    fc.assert(
      fc.property(cases, (shapesByName) => {
        torch.scope(() => {
          const written = Object.fromEntries(
            Object.entries(shapesByName).map(([name, shape]) => [name, random(dtype, shape)]),
          );
          writeSafetensors(path, written);
          const { tensors: read } = readSafetensors(path);
          expect(Object.keys(read).sort()).toEqual(Object.keys(written).sort());
          for (const [name, tensor] of Object.entries(written)) {
            expect(read[name]?.dtype).toBe(dtype);
            expect(read[name]?.shape).toEqual(tensor.shape);
            expect(read[name] && bytesOf(read[name]).equals(bytesOf(tensor))).toBe(true);
          }
        });
      }),
      { numRuns: 25 },
    );
  });
});

test('keeps the bits of nan, infinities and negative zero', () => {
  const bits = new Uint32Array([0x7fc00001, 0xff800000, 0x80000000, 0x00000001]);
  const odd = torch.tensor(new Float32Array(bits.buffer));
  writeSafetensors(join(folder(), 'odd'), { odd });
  const { tensors } = readSafetensors(join(folder(), 'odd'));
  expect(tensors.odd && bytesOf(tensors.odd)).toEqual(Buffer.from(bits.buffer));
});

test('writes views, shared memory, conjugates and recorded tensors by their elements', () => {
  const base = torch.tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const complex = torch.tensor(new Float32Array([1, 2]), { dtype: 'complex64', shape: [1] });
  const path = join(folder(), 'views');
  writeSafetensors(path, {
    base,
    transposed: base.transpose(0, 1),
    column: base.select(1, 1),
    conjugate: complex.conj(),
    recorded: torch.tensor([2], { requiresGrad: true }).mul(3),
  });
  const { tensors } = readSafetensors(path);
  expect(tensors.transposed?.tolist()).toEqual([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  expect(tensors.base?.tolist()).toEqual(base.tolist());
  expect(tensors.column?.tolist()).toEqual([2, 5]);
  expect(tensors.conjugate?.tolist()).toEqual([{ re: 1, im: -2 }]);
  expect(tensors.recorded?.tolist()).toEqual([6]);
  expect(tensors.recorded?.requiresGrad).toBe(false);
});

test('reads and writes tensors in pieces where they are large', () => {
  const path = join(folder(), 'large');
  torch.scope(() => {
    const large = torch
      .arange(3 * 2 ** 21 + 5)
      .to('float32')
      .add(0.5)
      .requiresGrad_();
    const wide = large.reshape([1, -1, 1]).transpose(0, 2);
    const flags = torch
      .arange(2 ** 24 + 3)
      .remainder(3)
      .eq(0);
    writeSafetensors(path, { large, wide, flags });
    const { tensors } = readSafetensors(path);
    expect(tensors.large?.equal(large)).toBe(true);
    expect(tensors.wide?.shape).toEqual([1, 3 * 2 ** 21 + 5, 1]);
    expect(tensors.wide?.equal(wide)).toBe(true);
    expect(tensors.flags?.equal(flags)).toBe(true);
  });
});

test('makes no tensors but those it returns', () => {
  const path = join(folder(), 'few');
  torch.scope(() => {
    const large = torch.zeros([2 ** 23]);
    const before = torch.memory().tensors;
    writeSafetensors(path, { large, small: large.narrow(0, 0, 2) });
    expect(torch.memory().tensors).toBe(before + 1);
    const { tensors } = readSafetensors(path);
    expect(torch.memory().tensors).toBe(before + 3);
    for (const tensor of Object.values(tensors)) tensor.dispose();
    expect(torch.memory().tensors).toBe(before + 1);
  });
});

test('the same tensors give the same bytes, in whatever order they are named', () => {
  const [x, y] = [torch.tensor([1]), torch.tensor([2])];
  const bytes = serializeSafetensors({ x, y }, { a: '1', b: '2' });
  expect(Buffer.compare(bytes, serializeSafetensors({ y, x }, { b: '2', a: '1' }))).toBe(0);
  expect(bytes.length % 8).toBe(0);
});

describe('an opened file', () => {
  const open = () => {
    const path = join(folder(), 'lazy');
    writeSafetensors(path, { w: torch.tensor([[1, 2]]), i: torch.tensor([3n]) }, { k: 'v' });
    return openSafetensors(path);
  };

  test('tells names, shapes, dtypes and metadata, and reads one tensor at a time', () => {
    const lazy = open();
    expect(lazy.keys()).toEqual(['i', 'w']);
    expect(lazy.shape('w')).toEqual([1, 2]);
    expect(lazy.dtype('i')).toBe('int64');
    expect(lazy.metadata).toEqual({ k: 'v' });
    expect(lazy.tensor('w').tolist()).toEqual([[1, 2]]);
    lazy.close();
  });

  test('refuses names that it does not have', () => {
    const lazy = open();
    for (const name of ['x', 'toString', '__proto__', '__metadata__']) {
      expect(() => lazy.tensor(name)).toThrow(`has no tensor "${name}"; it has "i", "w"`);
      expect(() => lazy.shape(name)).toThrow(fileError(lazy.path));
      expect(() => lazy.dtype(name)).toThrow(fileError(lazy.path));
    }
    lazy.close();
  });

  test('reads no more once it is closed, which may happen twice', () => {
    const lazy = open();
    lazy.close();
    lazy[Symbol.dispose]();
    expect(lazy.shape('w')).toEqual([1, 2]);
    expect(() => lazy.tensor('w')).toThrow('it has been closed');
    expect(() => lazy.tensor('w')).toThrow(fileError(lazy.path));
  });

  test('notices that it has become shorter', () => {
    const lazy = open();
    truncateSync(lazy.path, readFileSync(lazy.path).length - 1);
    expect(() => lazy.tensor('w')).toThrow(fileError(lazy.path));
    expect(lazy.tensor('i').item()).toBe(3);
    lazy.close();
  });
});

test('refuses a file cut at any length, and one with a byte too many', () => {
  const whole = serializeSafetensors(
    { a: torch.tensor([1, 2]), b: torch.tensor([true]) },
    { k: 'v' },
  );
  for (let length = 0; length < whole.length; length++) {
    const path = file(whole.subarray(0, length));
    expect(() => readSafetensors(path)).toThrow(fileError(path));
  }
  const path = file(Buffer.concat([whole, Buffer.of(0)]));
  expect(() => readSafetensors(path)).toThrow(/expected 9 bytes of data .* found 10 bytes/);
  expect(() => readSafetensors(path)).toThrow(fileError(path));
});

test('refuses what is no file, naming it', () => {
  const missing = join(folder(), 'missing');
  expect(() => readSafetensors(missing)).toThrow(fileError(missing));
  expect(() => readSafetensors(missing)).toThrow(/Cannot read .*missing.*no such file/);
  expect(() => readSafetensors(folder())).toThrow(/not a regular file/);
});

test('refuses pickle files, saying why', () => {
  const path = file(Buffer.from('504b030400000808000000000000', 'hex'), 'model.pt');
  expect(() => openSafetensors(path)).toThrow(/model\.pt is a zip archive.*executes code/);
});

test('refuses booleans that are neither 0 nor 1', () => {
  const path = file(
    safetensorsBytes('{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}', Buffer.of(1, 2)),
  );
  expect(() => readSafetensors(path)).toThrow('expected bytes 0 and 1 for tensor "a"');
});

describe('writing refuses', () => {
  const one = () => torch.tensor([1]);

  test.each<[string, () => unknown, string]>([
    ['complex128', () => serializeSafetensors({ a: one().to('complex128') }), 'complex128'],
    ['sparse tensors', () => serializeSafetensors({ a: one().toSparse() }), 'a dense tensor'],
    ['the name of metadata', () => serializeSafetensors({ __metadata__: one() }), '__metadata__'],
    ['unpaired surrogates', () => serializeSafetensors({ '\ud800': one() }), 'well-formed Unicode'],
    ['such metadata', () => serializeSafetensors({}, { a: '\udc00' }), 'well-formed Unicode'],
    ['such keys', () => serializeSafetensors({}, { '\udc00': 'a' }), 'well-formed Unicode'],
    ['numbers as metadata', () => serializeSafetensors({}, Object({ a: 1 })), 'Expected a string'],
    ['numbers as tensors', () => serializeSafetensors(Object({ a: 1 })), 'Expected a tensor'],
    ['lists', () => serializeSafetensors(Object([one()])), 'Expected tensors by name'],
    ['other paths', () => writeSafetensors(Object(1), {}), 'Expected a string for path'],
  ])('%s', (_, action, message) => {
    expect(action).toThrow(message);
    expect(action).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/ARGUMENT|DTYPE/) }),
    );
  });

  test('a header longer than readers take', () => {
    const notes = { long: 'x'.repeat(100_000_000) };
    expect(() => serializeSafetensors({}, notes)).toThrow('at most 100000000 bytes');
  });

  test('disposed tensors, leaving the file that was there', () => {
    const path = file(Buffer.from('before'));
    const gone = one();
    gone.dispose();
    expect(() => writeSafetensors(path, { gone })).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }),
    );
    expect(readdirSync(folder())).toEqual(['x.safetensors']);
    expect(readFileSync(path, 'utf8')).toBe('before');
  });
});

test('replaces a file, and leaves nothing beside it', () => {
  const path = file(Buffer.from('before'));
  writeSafetensors(path, { a: torch.tensor([1]) });
  expect(readSafetensors(path).tensors.a?.tolist()).toEqual([1]);
  expect(readdirSync(folder())).toEqual(['x.safetensors']);
});

test('names the file that it cannot write, and leaves nothing', () => {
  const tensors = { a: torch.tensor([1]) };
  const missing = join(folder(), 'missing', 'x');
  expect(() => writeSafetensors(missing, tensors)).toThrow(fileError(missing));
  mkdirSync(join(folder(), 'taken', 'inside'), { recursive: true });
  const taken = join(folder(), 'taken');
  expect(() => writeSafetensors(taken, tensors)).toThrow(fileError(taken));
  expect(readdirSync(folder())).toEqual(['taken']);
});

test.each([
  [null, 'an object'],
  [3, 'an object'],
  [[], 'a plain object'],
  ['mmap', 'an object'],
])('readSafetensors refuses %p for its options', (junk, expected) => {
  expect(() => readSafetensors('none.safetensors', junk as never)).toThrow(
    `Expected ${expected} for the options of openSafetensors but received`,
  );
});
