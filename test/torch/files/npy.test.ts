import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseNpy, readNpy, serializeNpy, torch, writeNpy } from '../../../lib/torch/index';
import {
  anyArray,
  bytesOf,
  type NpyFixture,
  npyBytes,
  randomTensor,
} from '../../helpers/files/npy-samples';
import { readFixture } from '../../helpers/fixture';
import { temporaryFolder } from '../../helpers/folders';

const fixture = readFixture<NpyFixture>('npy');
const folder = temporaryFolder();
const decode = (text: string): Buffer => Buffer.from(text, 'base64');
const fileError = (path: string) => expect.objectContaining({ code: 'ERR_TORCH_FILE', path });

function file(bytes: Uint8Array, name = 'x.npy'): string {
  const path = join(folder(), name);
  writeFileSync(path, bytes);
  return path;
}

test.each(fixture.read)('reads what numpy wrote: $name', ({ file, dtype, shape, data }) => {
  const tensor = parseNpy(decode(file));
  expect(tensor.dtype).toBe(dtype);
  expect(tensor.shape).toEqual(shape);
  expect(bytesOf(tensor).equals(decode(data))).toBe(true);
  expect(tensor.requiresGrad).toBe(false);
});

test.each(fixture.read.filter(({ same }) => same))(
  'writes the bytes that numpy writes: $name',
  ({ file, dtype, shape, data }) => {
    const bytes = decode(data);
    const like = torch.zeros([0], { dtype }).data();
    const elements = new (like.constructor as Float32ArrayConstructor)(
      new Uint8Array(bytes).buffer,
    );
    const tensor = torch.tensor(elements, { dtype, shape });
    expect(Buffer.from(serializeNpy(tensor)).equals(decode(file))).toBe(true);
  },
);

test("an array in Fortran's order keeps its order in memory", () => {
  const header = "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }\n";
  const tensor = parseNpy(npyBytes(header, Buffer.from(new Int16Array([1, 4, 2, 5, 3, 6]).buffer)));
  expect(tensor.tolist()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(tensor.strides).toEqual([1, 2]);
});

test.each(fixture.refused)('refuses $name, saying why', ({ file: bytes, message }) => {
  expect(() => parseNpy(decode(bytes))).toThrow(message);
  const path = file(decode(bytes));
  expect(() => readNpy(path)).toThrow(message);
  expect(() => readNpy(path)).toThrow(fileError(path));
});

test('any tensor comes back as it was written', () => {
  const path = join(folder(), 'round.npy');
  fc.assert(
    fc.property(anyArray, (array) =>
      torch.scope(() => {
        const tensor = randomTensor(array);
        writeNpy(path, tensor);
        for (const read of [readNpy(path), parseNpy(readFileSync(path))]) {
          expect(read.dtype).toBe(tensor.dtype);
          expect(read.shape).toEqual(tensor.shape);
          expect(bytesOf(read).equals(bytesOf(tensor))).toBe(true);
        }
      }),
    ),
    { numRuns: 200 },
  );
});

test('reads and writes in pieces where tensors are large, and of either byte order', () => {
  const path = join(folder(), 'large.npy');
  torch.scope(() => {
    const large = torch
      .arange(2 ** 21 + 5)
      .add(0.5)
      .to('float64')
      .reshape([-1, 1]);
    writeNpy(path, large.t());
    expect(readNpy(path).equal(large.t())).toBe(true);
    const bytes = readFileSync(path);
    const text = bytes.toString('latin1', 0, 128);
    bytes.write(text.replace('<f8', '>f8').replace('False,', 'True, '), 'latin1');
    bytes.subarray(128).swap64();
    writeFileSync(path, bytes);
    expect(readNpy(path).equal(large.t())).toBe(true);
  });
});

test('writes views, conjugates and recorded tensors by their elements', () => {
  const base = torch.tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(parseNpy(serializeNpy(base.t())).tolist()).toEqual(base.t().tolist());
  expect(parseNpy(serializeNpy(base.select(1, 1))).tolist()).toEqual([2, 5]);
  const complex = torch.tensor([{ re: 1, im: 2 }]).conj();
  expect(parseNpy(serializeNpy(complex)).tolist()).toEqual([{ re: 1, im: -2 }]);
  const recorded = torch.tensor([2], { requiresGrad: true }).mul(3);
  expect(parseNpy(serializeNpy(recorded)).requiresGrad).toBe(false);
});

test('leaves the bytes that it parses alone, and keeps none of them', () => {
  const bytes = npyBytes(
    "{'descr': '>i2', 'fortran_order': False, 'shape': (2,)}",
    Buffer.of(0, 1, 2, 3),
  );
  const before = Buffer.from(bytes);
  const tensor = parseNpy(bytes);
  expect(bytes.equals(before)).toBe(true);
  bytes.fill(0);
  expect(tensor.tolist()).toEqual([1, 0x203]);
});

test('makes no tensors but those it returns', () => {
  const path = join(folder(), 'few.npy');
  torch.scope(() => {
    const large = torch.zeros([2 ** 22, 2]);
    const before = torch.memory().tensors;
    writeNpy(path, large.t());
    expect(torch.memory().tensors).toBe(before + 1);
    readNpy(path);
    parseNpy(decode(fixture.read.find(({ name }) => name.includes('Fortran'))?.file ?? ''));
    expect(torch.memory().tensors).toBe(before + 3);
  });
});

test('refuses a file cut at any length, and one with a byte too many', () => {
  const whole = serializeNpy(torch.tensor([1, 2]));
  for (let length = 0; length < whole.length; length++) {
    expect(() => parseNpy(whole.subarray(0, length))).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_FILE', path: undefined }),
    );
  }
  const path = file(Buffer.concat([whole, Buffer.of(0)]));
  expect(() => readNpy(path)).toThrow(
    `${path} is not a valid npy file: expected 8 bytes of float32 with shape [2] but found 9 bytes`,
  );
  expect(() => readNpy(path)).toThrow(fileError(path));
});

test('refuses what is no file, and files of other kinds, naming them', () => {
  const missing = join(folder(), 'missing');
  expect(() => readNpy(missing)).toThrow(
    /Cannot read .*missing: expected an npy file but found no such file or folder \(ENOENT\)/,
  );
  expect(() => readNpy(missing)).toThrow(fileError(missing));
  expect(() => readNpy(folder())).toThrow('not a regular file');
  expect(() => parseNpy(decode(fixture.torch.pickle))).toThrow(/pickled Python.*executes code/);
  expect(() => parseNpy(decode(fixture.torch.zip))).toThrow('.npz files are read by readNpz');
  expect(() => parseNpy(Buffer.from('{"a": 1}'))).toThrow('found "{\\"a\\": 1}"');
});

test('refuses booleans that are neither 0 nor 1', () => {
  const header = "{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}";
  expect(() => parseNpy(npyBytes(header, Buffer.of(1, 2)))).toThrow('booleans of bytes 0 and 1');
});

describe('writing refuses', () => {
  const one = () => torch.tensor([1]);

  test.each<[string, () => unknown, string, string]>([
    ['bfloat16', () => serializeNpy(one().to('bfloat16')), 'DTYPE', "write tensor.to('float32')"],
    ['sparse tensors', () => serializeNpy(one().toSparse()), 'ARGUMENT', 'a dense tensor'],
    ['other values', () => serializeNpy(Object([1])), 'ARGUMENT', 'Expected a tensor'],
    ['other paths', () => writeNpy(Object(1), one()), 'ARGUMENT', 'a string for path'],
    ['other bytes', () => parseNpy(Object('x')), 'ARGUMENT', 'Expected a Uint8Array'],
    ['65 dimensions', () => serializeNpy(torch.zeros(Array(65).fill(1))), 'ARGUMENT', 'at most 64'],
  ])('%s', (_, action, code, message) => {
    expect(action).toThrow(message);
    expect(action).toThrow(expect.objectContaining({ code: `ERR_TORCH_${code}` }));
  });

  test('what it cannot write, leaving the file that was there and nothing else', () => {
    const path = file(Buffer.from('before'));
    const gone = one();
    gone.dispose();
    for (const tensor of [gone, one().to('bfloat16')]) {
      expect(() => writeNpy(path, tensor)).toThrow();
      expect(readFileSync(path, 'utf8')).toBe('before');
    }
    mkdirSync(join(folder(), 'taken'));
    expect(() => writeNpy(join(folder(), 'taken'), one())).toThrow(
      fileError(join(folder(), 'taken')),
    );
    expect(readdirSync(folder())).toEqual(['taken', 'x.npy']);
  });
});
