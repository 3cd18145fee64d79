import * as fc from 'fast-check';
import { type TensorLike, torch } from '../../../lib/torch';

const untyped = (data: unknown, options?: object) => () =>
  torch.tensor(data as TensorLike, options as never);

const hole = [1, 2, 3];
delete hole[1];

test.each<[string, unknown, object | undefined, string]>([
  ['undefined, for int64', [0, undefined, 2], { dtype: 'int64' }, 'data[1] but received undefined'],
  ['undefined, for bool', [undefined], { dtype: 'bool' }, 'data[0] but received undefined'],
  ['undefined among booleans', [true, undefined], undefined, 'data[1] but received undefined'],
  ['a hole', [[1, 2, 3], hole], undefined, 'a number for data[1][1] but received undefined'],
  ['no data', undefined, undefined, 'for data but received undefined'],
  ['null', [[null]], undefined, 'data[0][0] but received null'],
  ['null after numbers', [1, null], undefined, 'a number for data[1] but received null'],
  ['a string', ['1'], undefined, "data[0] but received string '1'"],
  ['an object', [1, {}], undefined, 'data[1] but received Object'],
  ['an object with one part', [{ re: 1 }], undefined, 'data[0] but received Object'],
  ['another kind', [1n, 2], undefined, 'a bigint for data[1] but received number 2'],
  ['a number beyond int8', [[0, 300]], { dtype: 'int8' }, 'holds, for data[0][1] but received'],
  ['NaN, for integers', [Number.NaN], { dtype: 'int64' }, 'data[0] but received number NaN'],
  ['a bigint that would wrap', [2n ** 70n], { dtype: 'float32' }, 'as int64 holds, for data[0]'],
  ['an imaginary part', [{ re: 1, im: 2 }], { dtype: 'int64' }, 'Expected a complex dtype'],
  ['bytes that are no booleans', Uint8Array.of(1, 2), { dtype: 'bool' }, '0 or 1 for data[1]'],
  ['a size of a shape', new Float32Array(2), { shape: [undefined] }, 'shape[0] but received'],
  ['a shape that is none', new Float32Array(2), { shape: '2' }, 'an array of sizes for shape'],
])('%s is refused by its place', (_, data, options, message) => {
  const before = torch.memory();
  expect(untyped(data, options)).toThrow(message);
  expect(untyped(data, options)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }));
  expect(torch.memory()).toEqual(before);
});

test('arrays that hold themselves, and those of too many elements, are refused', () => {
  const self: unknown[] = [];
  self.push(self);
  expect(untyped(self)).toThrow('at most 64 dimensions for data');
  // Each level holds the one below twice: few arrays, and 2^60 elements.
  let level: unknown = [1];
  for (let i = 0; i < 60; i++) level = [level, level];
  expect(untyped(level)).toThrow('Expected fewer elements for data');
});

test('whatever is put into an array of numbers is refused where it is', () => {
  const junk = fc.constantFrom(undefined, null, 'x', Symbol('x'), () => 0, {}, true, 1n);
  fc.assert(
    fc.property(fc.array(fc.double(), { minLength: 2 }), fc.nat(), junk, (numbers, at, value) => {
      const place = 1 + (at % (numbers.length - 1));
      const data: unknown[] = [...numbers];
      data[place] = value;
      expect(untyped(data)).toThrow(`a number for data[${place}] but received`);
    }),
  );
});

test('complex numbers after numbers keep those before', () => {
  const x = torch.tensor([
    [1, 2],
    [{ re: 3, im: -4 }, 5],
  ] as TensorLike);
  expect(x.dtype).toBe('complex64');
  expect(x.tolist()).toEqual([
    [
      { re: 1, im: 0 },
      { re: 2, im: 0 },
    ],
    [
      { re: 3, im: -4 },
      { re: 5, im: 0 },
    ],
  ]);
});

test('elements are read once', () => {
  let reads = 0;
  const data = Object.defineProperty([1, 0], 1, { get: () => ++reads });
  expect(torch.tensor(data).tolist()).toEqual([1, 1]);
});

test.each([
  ['encodeFloat16', [1, undefined]],
  ['encodeBfloat16', [1, undefined]],
] as const)('%s refuses what is no number', (name, values) => {
  expect(() => torch[name](values as never)).toThrow('values[1] but received undefined');
});

test('a label that a map does not know is refused by its place', () => {
  const ids = new Map([
    ['weather', 0],
    ['sport', 1],
  ]);
  const labels = ['sport', 'wether', 'weather'].map((name) => ids.get(name));
  expect(untyped(labels, { dtype: 'int64' })).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_ARGUMENT',
      message: expect.stringContaining('a number for data[1] but received undefined'),
    }),
  );
});

test('arrays in arrays may hold more elements than V8 takes into one array', () => {
  const row = Array.from({ length: 100_000 }, (_, i) => i % 2 === 0);
  const x = torch.tensor(new Array(1200).fill(row));
  expect([x.shape, x.dtype]).toEqual([[1200, 100_000], 'bool']);
  expect(x.select(0, 1199).sum().item()).toBe(50_000);
  expect(x.index([0, 1]).item()).toBe(false);
  x.dispose();
});
