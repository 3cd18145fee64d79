import fc from 'fast-check';
import { type Tensor, type TensorIndex, torch } from '../../../lib/torch/index';
import { readFixture } from '../../helpers/fixture';

type Nested = number | boolean | Nested[];
type Encoded = number | boolean | null | '...' | { slice: (number | null)[] } | { tensor: Nested };

type Fixture = {
  shape: number[];
  cases: { index: Encoded[]; shape: number[]; values: number[]; written: number[] | null }[];
  errors: Encoded[][];
};

const fixture = readFixture<Fixture>('indexing');

function decode(item: Encoded): TensorIndex {
  if (item === '...') return torch.ellipsis;
  if (item === null || typeof item !== 'object') return item;
  if ('slice' in item) return torch.slice(...(item.slice as [number, number, number]));
  const made = torch.tensor(item.tensor as number[]);
  return made.dtype === 'bool' ? made : made.to('int64');
}

function counted(shape: readonly number[]): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return torch.arange(size, { dtype: 'int64' }).reshape(shape);
}

const numbers = (x: Tensor): number[] => Array.from(x.data(), Number);

describe('as PyTorch', () => {
  test.each(fixture.cases.map((each) => [JSON.stringify(each.index), each] as const))(
    '%s',
    (_, { index, shape, values, written }) => {
      const x = counted(fixture.shape);
      const taken = x.index(index.map(decode));
      expect(taken.shape).toEqual(shape);
      expect(numbers(taken)).toEqual(values);
      if (written === null) return;
      const values2 = torch.arange(values.length, { dtype: 'int64' }).reshape(shape).neg().sub(1);
      expect(numbers(x.indexPut(index.map(decode), values2))).toEqual(written);
      expect(numbers(x)).toEqual(numbers(counted(fixture.shape)));
      expect(x.indexPut_(index.map(decode), values2)).toBe(x);
      expect(numbers(x)).toEqual(written);
    },
  );

  test.each(fixture.errors.map((index) => [JSON.stringify(index), index] as const))(
    '%s is refused',
    (_, index) => {
      const x = counted(fixture.shape);
      const refused = expect.objectContaining({ name: 'TorchError', code: 'ERR_TORCH_INDEX' });
      expect(() => x.index(index.map(decode))).toThrow(refused);
      expect(() => x.indexPut_(index.map(decode), 0)).toThrow(refused);
    },
  );
});

/** One way to index a dimension, and what it leaves of a nested array. */
type Step =
  | { kind: 'integer'; at: number }
  | { kind: 'slice'; start: number | null; stop: number | null; step: number }
  | { kind: 'all' }
  | { kind: 'new' };

const position = fc.option(fc.integer({ min: -6, max: 6 }), { nil: null });
const stepOf = (size: number): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.integer({ min: -size, max: size - 1 }).map((at): Step => ({ kind: 'integer', at })),
    fc
      .record({ start: position, stop: position, step: fc.integer({ min: 1, max: 3 }) })
      .map((range): Step => ({ kind: 'slice', ...range })),
    fc.constant<Step>({ kind: 'all' }),
    fc.constant<Step>({ kind: 'new' }),
  );

const problem = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => fc.record({ shape: fc.constant(shape), steps: stepsFor(shape) }));

function stepsFor(shape: readonly number[]): fc.Arbitrary<Step[]> {
  const [size, ...rest] = shape;
  if (size === undefined) return fc.constant([]);
  return fc
    .tuple(stepOf(size), stepsFor(rest), fc.boolean())
    .map(([step, others, stop]) =>
      stop ? [] : step.kind === 'new' ? [step, { kind: 'all' }, ...others] : [step, ...others],
    );
}

function toIndex(step: Step): TensorIndex {
  switch (step.kind) {
    case 'integer':
      return step.at;
    case 'slice':
      return torch.slice(step.start, step.stop, step.step);
    case 'all':
      return torch.slice();
    case 'new':
      return null;
  }
}

/** The model: Python's rules on nested arrays, element by element. */
function take(data: unknown, steps: readonly Step[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return data;
  if (step.kind === 'new') return [take(data, rest)];
  const items = data as unknown[];
  if (step.kind === 'integer') return take(items.at(step.at), rest);
  const positions = positionsOf(step, items.length);
  return positions.map((at) => take(items[at], rest));
}

function positionsOf(step: Step, size: number): number[] {
  if (step.kind !== 'slice') return [...Array(size).keys()];
  const clamp = (at: number): number => Math.min(size, Math.max(0, at < 0 ? at + size : at));
  const stop = clamp(step.stop ?? size);
  const positions: number[] = [];
  for (let at = clamp(step.start ?? 0); at < stop; at += step.step) positions.push(at);
  return positions;
}

const plain = (x: Tensor): unknown => x.to('int32').tolist();

describe('against nested arrays', () => {
  test('reading', () => {
    fc.assert(
      fc.property(problem, ({ shape, steps }) => {
        torch.scope(() => {
          const x = counted(shape);
          expect(plain(x.index(steps.map(toIndex)))).toEqual(take(plain(x), steps));
        });
      }),
    );
  });

  test('writing sets what reading gives, and nothing else', () => {
    fc.assert(
      fc.property(problem, ({ shape, steps }) => {
        torch.scope(() => {
          const x = counted(shape);
          const index = steps.map(toIndex);
          const before = x.index(index).clone();
          x.indexPut_(index, -1);
          const set = new Set(numbers(before));
          const expected = numbers(counted(shape)).map((value) => (set.has(value) ? -1 : value));
          expect(numbers(x)).toEqual(expected);
        });
      }),
    );
  });

  test('lists of positions gather, also repeated and negative ones', () => {
    const list = fc.array(fc.integer({ min: -3, max: 2 }), { maxLength: 5 });
    fc.assert(
      fc.property(list, (positions) => {
        torch.scope(() => {
          const x = counted([3, 2]);
          const rows = plain(x) as unknown[];
          const expected = positions.map((at) => rows.at(at));
          expect(plain(x.index([positions]))).toEqual(expected);
          const counts = torch.zeros([3]).indexPut_([positions], 1, { accumulate: true });
          const times = [0, 1, 2].map(
            (row) => positions.filter((at) => (at + 3) % 3 === row).length,
          );
          expect(counts.tolist()).toEqual(times);
        });
      }),
    );
  });
});

describe('the index language', () => {
  const x = counted([2, 3]);

  test('one index needs no list, and lists of booleans are masks', () => {
    expect(plain(x.index(1))).toEqual([3, 4, 5]);
    expect(plain(x.index(-1n))).toEqual([3, 4, 5]);
    expect(plain(x.index(x.gt(3)))).toEqual([4, 5]);
    expect(plain(x.index([torch.slice(), [true, false, true]]))).toEqual([
      [0, 2],
      [3, 5],
    ]);
  });

  test('views share memory, and the whole tensor gets a handle of its own', () => {
    const base = torch.zeros([2, 2]);
    base.index([torch.slice(), 1]).fill_(7);
    expect(base.tolist()).toEqual([
      [0, 7],
      [0, 7],
    ]);
    const whole = base.index(torch.ellipsis);
    whole.dispose();
    expect(base.isDisposed).toBe(false);
  });

  test('leaves no tensors behind', () => {
    const before = torch.memory().tensors;
    x.index([0, null, [true, false, true]]).dispose();
    x.indexPut([0, [1, 2]], 5).dispose();
    expect(torch.memory().tensors).toBe(before);
  });

  test('gradients flow to the tensor and to the values', () => {
    const w = torch.tensor([1, 2, 3], { requiresGrad: true });
    const v = torch.tensor([10], { requiresGrad: true });
    const y = w.mul(2).indexPut([[0, 0]], v, { accumulate: true });
    const [dw, dv] = torch.grad(y.mul(torch.tensor([1, 10, 100])).sum(), [w, v]);
    expect([dw?.tolist(), dv?.tolist()]).toEqual([[2, 20, 200], [2]]);
  });

  test('values are broadcast and cast, and leading ones dropped', () => {
    const y = torch.zeros([2, 3]);
    y.indexPut_([0], torch.tensor([[1n, 2n, 3n]]));
    y.indexPut_([1, torch.slice(1)], 0.5, { accumulate: true });
    expect(y.tolist()).toEqual([
      [1, 2, 3],
      [0, 0.5, 0.5],
    ]);
    expect(() => y.indexPut_([0], torch.zeros([2]))).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_SHAPE' }),
    );
  });

  test('adds to what is there where all indices make views, too', () => {
    const y = torch.ones([2, 3]);
    y.indexPut_(0, torch.tensor([1, 2, 3]), { accumulate: true });
    y.indexPut_([1, torch.slice(1)], 4, { accumulate: true });
    expect(y.tolist()).toEqual([
      [2, 3, 4],
      [1, 5, 5],
    ]);
  });

  test('leading ones of values go, for one element and for positions too', () => {
    const y = torch.zeros([2, 3]);
    y.indexPut_([0, 1], torch.tensor([[5]]));
    y.indexPut_([[1]], torch.tensor([[[1, 2, 3]]]));
    expect(y.tolist()).toEqual([
      [0, 5, 0],
      [1, 2, 3],
    ]);
  });

  test('tensors of uint8 are masks, those of int32 positions, and those without dimensions either', () => {
    const byte = (value: number | number[]) => torch.tensor(value, { dtype: 'uint8' });
    expect(plain(x.index(byte(1)))).toEqual([plain(x)]);
    expect(x.index(byte(0)).shape).toEqual([0, 2, 3]);
    expect(plain(x.index(byte([0, 1])))).toEqual([[3, 4, 5]]);
    expect(plain(x.index(torch.tensor([1, 1], { dtype: 'int32' })))).toEqual([
      [3, 4, 5],
      [3, 4, 5],
    ]);
    expect(plain(x.index(torch.tensor(-1, { dtype: 'int16' })))).toEqual([3, 4, 5]);
  });

  test('a mask takes as many dimensions as it has, behind an ellipsis and before an integer', () => {
    const y = counted([2, 3, 2]);
    const mask = y
      .index([0])
      .eq(3)
      .add(y.index([0]).eq(4));
    expect(plain(y.index([torch.ellipsis, mask]))).toEqual([
      [3, 4],
      [9, 10],
    ]);
    const rows = x.index([torch.ellipsis]).gt(3).to('uint8');
    expect(plain(y.index([rows, 1]))).toEqual([9, 11]);
  });

  test('int64 keeps all of its bits', () => {
    const big = 2n ** 60n + 1n;
    const y = torch.zeros([2], { dtype: 'int64' });
    expect(y.indexPut_([[1]], big).tolist()).toEqual([0n, big]);
    expect(y.indexPut_(0, big).tolist()).toEqual([big, big]);
  });
});

describe('errors', () => {
  const x = torch.zeros([2, 3]);

  test('say dimension and size', () => {
    expect(() => x.index([0, 3])).toThrow(
      'index: Expected an index from -3 to 2 for dimension 1 of size 3 but received 3',
    );
    expect(() => x.index([null, torch.ellipsis, -4])).toThrow('for dimension 1 of size 3');
    expect(() => torch.zeros([0]).index(0)).toThrow(
      'Expected no index for dimension 0 of size 0 but received 0',
    );
    expect(() => x.index([0, 0, 0])).toThrow(
      'Expected at most 2 indices for a tensor of shape [2, 3] but received 3',
    );
    expect(() => x.index([torch.slice(), [true]])).toThrow(
      'Expected a mask of size 3 for dimension 1 but received one of shape [1]',
    );
    expect(() => x.index(torch.ones([2, 4]).gt(0))).toThrow(
      'Expected a mask of size 3 for dimension 1 but received one of shape [2, 4]',
    );
    expect(() => x.index([torch.slice(), [5]])).toThrow(
      'index: Expected indices from -3 to 2 for dimension 1 of size 3 but received 5',
    );
    expect(() =>
      x.indexPut_(
        [
          null,
          [
            [true, false, true],
            [true, true, true],
          ],
        ],
        0,
      ),
    ).not.toThrow();
    expect(() => x.indexPut_([null, [0], [-4]], 0)).toThrow(
      'indexPut_: Expected indices from -3 to 2 for dimension 1 of size 3 but received -4',
    );
  });

  test.each<[unknown, string]>([
    [1.5, 'received number 1.5'],
    [undefined, 'received undefined'],
    ['1', "received string '1'"],
    [[0.5], 'Expected an integer for indices[0][0] but received number 0.5'],
    [torch.zeros([1]), 'received tensor of float32'],
    [torch.tensor(1.5), 'received tensor of float32'],
    [torch.tensor(1, { dtype: 'bfloat16' }), 'received tensor of bfloat16'],
    [2n ** 60n, 'received bigint 1152921504606846976n'],
    [[2 ** 60], 'for indices[0][0] but received number 1152921504606847000'],
    [{}, 'received Object'],
  ])('%# is no index', (index, message) => {
    expect(() => x.index([index as TensorIndex])).toThrow(message);
    expect(() => x.index([index as TensorIndex])).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }),
    );
  });

  test('two ellipses, unknown options and wrong steps', () => {
    expect(() => x.index([torch.ellipsis, torch.ellipsis])).toThrow('at most one ellipsis');
    expect(() => x.indexPut_(0, 1, { acumulate: true } as object)).toThrow(
      'indexPut_: Unknown option acumulate; expected accumulate',
    );
    expect(() => x.indexPut_(0, 1, null as never)).toThrow(
      'for the options of indexPut_ but received null',
    );
    const hole: TensorIndex[] = [];
    hole[1] = 0;
    expect(() => x.index(hole)).toThrow('for indices[0] but received undefined');
    expect(() => torch.slice(0, 1, 0)).toThrow(RangeError);
    expect(() => torch.slice(0.5)).toThrow('Expected an integer or null for start');
    expect(() => torch.slice(0, 0.5)).toThrow('Expected an integer or null for stop');
    expect(() => torch.slice(0, 1, 1.5)).toThrow('Expected an integer or null for step');
    expect(() => x.indexPut_(0, 1, { accumulate: 1 as never })).toThrow(
      'Expected a boolean for accumulate of indexPut_ but received number 1',
    );
  });

  test('a disposed tensor', () => {
    const gone = torch.zeros([2]);
    gone.dispose();
    expect(() => gone.index(0)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }));
  });
});
