import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  openNpz,
  readNpz,
  serializeNpy,
  type Tensor,
  torch,
  writeNpz,
} from '../../../lib/torch/index';
import { anyArray, bytesOf, type NpyFixture, randomTensor } from '../../helpers/files/npy-samples';
import { array, npzFiles } from '../../helpers/files/npz-files';
import { readFixture } from '../../helpers/fixture';

const fixture = readFixture<NpyFixture>('npy');
const { folder, file, zip } = npzFiles();
const decode = (text: string): Buffer => Buffer.from(text, 'base64');
const fileError = (path: string) => expect.objectContaining({ code: 'ERR_TORCH_FILE', path });

describe.each(fixture.archives)('what numpy.$name wrote', ({ file: bytes, arrays }) => {
  test('is read whole', () => {
    const tensors = readNpz(file(decode(bytes)));
    expect(Object.keys(tensors)).toEqual(arrays.map(({ name }) => name));
    for (const { name, dtype, shape, data } of arrays) {
      const tensor = tensors[name] as Tensor;
      expect([tensor.dtype, tensor.shape]).toEqual([dtype, shape]);
      expect(bytesOf(tensor).equals(decode(data))).toBe(true);
    }
  });

  test('is read one array at a time', () => {
    const lazy = openNpz(file(decode(bytes)));
    expect(lazy.keys()).toEqual(['b/a', 'é', '..', 'zeros']);
    expect(lazy.shape('b/a')).toEqual([2, 3]);
    expect(lazy.dtype('é')).toBe('int64');
    expect(lazy.tensor('zeros').shape).toEqual([20, 30]);
    for (const name of ['x', 'toString', '__proto__', 'b/a.npy']) {
      expect(() => lazy.tensor(name)).toThrow(
        `has no tensor ${JSON.stringify(name)}; it has "b/a", "é", "..", "zeros"`,
      );
      expect(() => lazy.shape(name)).toThrow(fileError(lazy.path));
    }
    lazy.close();
    lazy[Symbol.dispose]();
    expect(lazy.shape('b/a')).toEqual([2, 3]);
    expect(() => lazy.tensor('b/a')).toThrow('it has been closed');
  });
});

test.each([false, true])(
  'any tensors come back as they were written, compressed: %s',
  (compress) => {
    const path = join(folder(), 'round.npz');
    const names = fc.string({ unit: 'grapheme' }).filter((name) => !/\0|\p{Surrogate}/u.test(name));
    const cases = fc.dictionary(names, anyArray, { maxKeys: 4, noNullPrototype: true });
    fc.assert(
      fc.property(cases, (arrays) =>
        torch.scope(() => {
          const written = Object.fromEntries(
            Object.entries(arrays).map(([name, array]) => [name, randomTensor(array)]),
          );
          writeNpz(path, written, { compress });
          const read = readNpz(path);
          expect(Object.keys(read)).toEqual(Object.keys(written));
          for (const [name, tensor] of Object.entries(written)) {
            expect([read[name]?.dtype, read[name]?.shape]).toEqual([tensor.dtype, tensor.shape]);
            expect(read[name] && bytesOf(read[name]).equals(bytesOf(tensor))).toBe(true);
          }
        }),
      ),
      { numRuns: 100 },
    );
  },
);

test('compression makes zeros small; without it, bytes lie as they are', () => {
  const zeros = torch.zeros([1000]);
  const [stored, packed] = [join(folder(), 'a'), join(folder(), 'b')];
  writeNpz(stored, { zeros });
  writeNpz(packed, { zeros }, { compress: true });
  expect(readFileSync(stored).includes(Buffer.from(serializeNpy(zeros)))).toBe(true);
  expect(readFileSync(packed).length).toBeLessThan(300);
});

test('large tensors are read and written in pieces', () => {
  const path = join(folder(), 'large.npz');
  torch.scope(() => {
    const large = torch
      .arange(2 ** 22 + 3)
      .remainder(7)
      .to('float32')
      .reshape([-1, 1]);
    for (const compress of [false, true]) {
      writeNpz(path, { large: large.t(), small: large.narrow(0, 0, 2) }, { compress });
      const before = torch.memory().tensors;
      const read = readNpz(path);
      expect(torch.memory().tensors).toBe(before + 2);
      expect(read.large?.equal(large.t())).toBe(true);
      expect(read.small?.tolist()).toEqual([[0], [1]]);
    }
  });
});

test('the same tensors give the same bytes, and no tensors an archive of none', () => {
  const x = torch.tensor([1]);
  const [a, b] = [join(folder(), 'a'), join(folder(), 'b')];
  writeNpz(a, { x });
  writeNpz(b, { x });
  expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
  writeNpz(a, {});
  expect(readNpz(a)).toEqual({});
});

test('an array that tensors cannot hold is in the way of itself alone', () => {
  const path = file(decode(fixture.objectsBeside));
  expect(() => readNpz(path)).toThrow(
    /entry "bad\.npy" holds an array of Python objects.*executes/,
  );
  expect(() => readNpz(path)).toThrow(fileError(path));
  const lazy = openNpz(path);
  expect(lazy.tensor('good').tolist()).toEqual([0, 1, 2]);
  expect(() => lazy.dtype('bad')).toThrow('executes code');
  lazy.close();
});

test.each(['zip', 'pickle'] as const)('refuses what torch.save writes as %s', (kind) => {
  const path = file(decode(fixture.torch[kind]), 'model.pt');
  expect(() => readNpz(path)).toThrow(/model\.pt holds pickled Python objects.*executes code/);
  expect(() => readNpz(path)).toThrow(/safetensors\.torch\.save_file/);
  expect(() => openNpz(path)).toThrow(fileError(path));
});

test('refuses files of other kinds, and what is no file', () => {
  expect(() => readNpz(file(array([1])))).toThrow('.npy files are read by readNpy');
  expect(() => readNpz(file(Buffer.from('text')))).toThrow(/Cannot read .*x\.npz: expected an npz/);
  expect(() => readNpz(file(Buffer.alloc(0)))).toThrow(fileError(join(folder(), 'x.npz')));
  const missing = join(folder(), 'missing');
  expect(() => openNpz(missing)).toThrow(fileError(missing));
  expect(() => openNpz(folder())).toThrow('not a regular file');
  expect(() => readNpz(zip({ name: 'read.me', content: 'x' }))).toThrow(
    'arrays alone, in entries named *.npy but found "read.me"',
  );
});

test('leaves folders in archives out', () => {
  const path = zip({ name: 'a/' }, { name: 'a/b.npy', content: array([1, 2]) });
  expect(readNpz(path)['a/b']?.tolist()).toEqual([1, 2]);
});

describe('writing refuses', () => {
  const one = () => torch.tensor([1]);

  test.each<[string, (path: string) => void, string]>([
    ['bfloat16', (path) => writeNpz(path, { a: one().to('bfloat16') }), "tensor.to('float32')"],
    [
      'sparse tensors',
      (path) => writeNpz(path, { a: one().toSparse() }),
      "dense tensor for tensor 'a'",
    ],
    ['numbers', (path) => writeNpz(path, Object({ a: 1 })), "Expected a tensor for tensor 'a'"],
    ['lists', (path) => writeNpz(path, Object([one()])), 'Expected tensors by name'],
    ['unpaired surrogates', (path) => writeNpz(path, { '\ud800': one() }), 'Unicode without zeros'],
    ['zeros in names', (path) => writeNpz(path, { 'a\0b': one() }), 'Unicode without zeros'],
    ['endless names', (path) => writeNpz(path, { ['é'.repeat(32_766)]: one() }), 'at most 65535'],
    ['unknown options', (path) => writeNpz(path, {}, Object({ compres: true })), 'Unknown option'],
    ['other options', (path) => writeNpz(path, {}, Object({ compress: 1 })), 'Expected a boolean'],
    ['other paths', () => writeNpz(Object(1), {}), 'Expected a string for path'],
    [
      '4 GiB',
      (path) => writeNpz(path, { a: torch.zeros([1], { dtype: 'uint8' }).expand([2 ** 32]) }),
      'less than 4 GiB',
    ],
    [
      '65,536 tensors',
      (path) => {
        const tensor = one();
        writeNpz(path, Object.fromEntries(Array.from({ length: 65_536 }, (_, i) => [i, tensor])));
      },
      'at most 65535 tensors',
    ],
  ])('%s, leaving the file that was there and nothing else', (_, write, message) => {
    const path = file(Buffer.from('before'));
    expect(() => write(path)).toThrow(message);
    expect(() => write(path)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/ARGUMENT|DTYPE/) }),
    );
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder())).toEqual(['x.npz']);
  });
});
