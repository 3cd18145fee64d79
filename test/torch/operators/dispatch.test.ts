import fc from 'fast-check';
import { ArgumentTypeError, TorchError } from '../../../lib/errors';
import { tensorsAreEqual } from '../../../lib/testing';
import { type Tensor, torch } from '../../../lib/torch/index';

expect.addEqualityTesters([tensorsAreEqual]);

const x = torch.tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('overloads are told apart by the types of arguments', () => {
  test('a tensor or a scalar', () => {
    expect(x.mul(x).tolist()).toEqual([
      [1, 4, 9],
      [16, 25, 36],
    ]);
    expect(x.mul(0.5).select(0, 0).tolist()).toEqual([0.5, 1, 1.5]);
  });

  test('nothing, a dimension or several', () => {
    expect(x.sum().item()).toBe(21);
    expect(x.sum(0).tolist()).toEqual([5, 7, 9]);
    expect(x.sum([0, 1]).item()).toBe(21);
    expect(x.sum(1, true).shape).toEqual([2, 1]);
  });

  test('integers may be bigints', () => {
    const { sum, reshape } = torch.ops.aten as Record<string, (...args: unknown[]) => Tensor>;
    expect(sum?.(x, 1n).tolist()).toEqual([6, 15]);
    expect(reshape?.(x, [3n, 2n]).shape).toEqual([3, 2]);
  });

  test('several results come as an array', () => {
    const [values, indices] = x.max(1);
    expect([values.tolist(), indices.tolist()]).toEqual([
      [3, 6],
      [2n, 2n],
    ]);
    expect(x.max().item()).toBe(6);
    expect(x.max(torch.tensor(4)).select(0, 1).tolist()).toEqual([4, 5, 6]);
  });

  test('lists of tensors, in and out', () => {
    expect(torch.cat([x, x]).shape).toEqual([4, 3]);
    expect(x.split(2, 1).map((part) => part.shape)).toEqual([
      [2, 2],
      [2, 1],
    ]);
    expect(torch.einsum('ij,kj->ik', [x, x]).tolist()).toEqual([
      [14, 32],
      [32, 77],
    ]);
  });

  test('optional tensors in a list', () => {
    const rows = torch.tensor([1n]);
    const { index } = torch.ops.aten as Record<string, (...args: unknown[]) => Tensor>;
    expect(index?.(x, [rows]).tolist()).toEqual([[4, 5, 6]]);
    expect(index?.(x, [null, rows]).tolist()).toEqual([[2], [5]]);
    expect(index?.(x, [undefined, rows]).tolist()).toEqual([[2], [5]]);
  });

  test('functions whose first argument is no tensor called self', () => {
    expect(torch.where(x.gt(3), x, 0).tolist()).toEqual([
      [0, 0, 0],
      [4, 5, 6],
    ]);
    expect(torch.pow(2, x).select(0, 0).tolist()).toEqual([2, 4, 8]);
  });
});

describe('options', () => {
  test('keyword-only arguments and optional positional ones go by name', () => {
    expect(x.add(x, { alpha: 2 }).select(0, 0).tolist()).toEqual([3, 6, 9]);
    expect(x.sum({ dim: 0, dtype: 'float64' }).dtype).toBe('float64');
    expect(x.div(2, { roundingMode: 'floor' }).select(0, 0).tolist()).toEqual([0, 1, 1]);
    expect(x.std(1, { correction: 0 }).data()[0]).toBeCloseTo(Math.sqrt(2 / 3), 6);
  });

  test('undefined counts as left out', () => {
    expect(x.sum({ dim: 0, dtype: undefined as never }).dtype).toBe('float32');
  });

  test('unknown ones are refused, with those that are known', () => {
    expect(() => x.softmax(0, { dim: 1, foo: 2 } as never)).toThrow(
      'softmax: Received dim both by position and by name',
    );
    expect(() => x.softmax(0, { dim: 1 } as never)).toThrow('dim both by position and by name');
    expect(() => x.toSparse({ requiresGrad: true } as never)).toThrow('requiresGrad');
    expect(() => x.softmax(0, { foo: 2 } as never)).toThrow(
      'softmax: Unknown option foo; expected dtype',
    );
  });
});

describe('wrong arguments', () => {
  const cases: [string, () => unknown, RegExp][] = [
    ['type', () => x.softmax('a' as never), /^softmax: Expected integer for dim .* string 'a'$/],
    [
      'too many',
      () => x.softmax(...([0, 'float32', 1] as never as [number])),
      /^softmax: Expected at most 3/,
    ],
    ['too few', () => x.matmul(undefined as never), /^matmul: Expected Tensor for other/],
    ['fraction for an integer', () => x.softmax(0.5), /^softmax: Expected integer for dim/],
    ['no overload', () => x.add('a' as never), /^add: no overload takes \(Tensor, string 'a'\)/],
    ['dtype', () => torch.zeros([1], { dtype: 'float3' as never }), /Dtype for dtype .* 'float3'/],
    ['null', () => x.add(null as never), /null/],
    ['unknown operator', () => torch.ops.aten?.nonsense?.(x), /no operator aten::nonsense/],
  ];
  test.each(cases)('%s', (_, call, message) => {
    expect(call).toThrow(ArgumentTypeError);
    expect(call).toThrow(message);
  });
});

describe('failures inside libtorch carry a code and the operator', () => {
  const cases: [string, () => unknown, string, string][] = [
    ['shapes', () => x.matmul(x), 'ERR_TORCH_SHAPE', 'matmul'],
    ['broadcasting', () => x.add(torch.zeros([5])), 'ERR_TORCH_SHAPE', 'add'],
    ['dimension', () => x.softmax(7), 'ERR_TORCH_INDEX', 'softmax'],
    ['index', () => x.select(0, 9), 'ERR_TORCH_INDEX', 'select'],
    ['dtype', () => x.matmul(x.mT.to('float64')), 'ERR_TORCH_DTYPE', 'matmul'],
    ['singular', () => torch.zeros([2, 2]).inverse(), 'ERR_TORCH_LINALG', 'inverse'],
    ['device', () => x.to('cuda:63'), 'ERR_TORCH_DEVICE', 'to'],
    ['memory', () => torch.zeros([2 ** 44]), 'ERR_TORCH_MEMORY', 'zeros'],
    ['graph', () => torch.grad(x.sum(), [x]), 'ERR_TORCH_AUTOGRAD', 'grad'],
    ['unimplemented', () => x.to('int64').rsub(true), 'ERR_TORCH_NOT_IMPLEMENTED', 'rsub'],
  ];
  test.each(cases)('%s', (_, call, code, operator) => {
    expect(call).toThrow(TorchError);
    expect(call).toThrow(expect.objectContaining({ code, operator }));
  });
});

describe('scalars promote as PyTorch literals do', () => {
  const ints = torch.tensor([1n, 2n]);
  test('integral numbers are integers', () => {
    expect(ints.mul(2).dtype).toBe('int64');
    expect(ints.mul(2.5).dtype).toBe('float32');
    expect(ints.mul(-0).dtype).toBe('float32');
    expect(ints.mul(2n ** 62n).dtype).toBe('int64');
    expect(torch.tensor([true]).logicalAnd(torch.tensor([false])).dtype).toBe('bool');
  });

  test('complex scalars', () => {
    expect(x.mul({ re: 0, im: 1 }).dtype).toBe('complex64');
  });
});

test('operators in place give their tensor itself, and no second handle to it', () => {
  const y = x.clone();
  const before = torch.memory().tensors;
  // The first call reads the overloads, and later ones may be quicker by another way.
  for (let i = 0; i < 2; i++) {
    for (const result of [y.neg_(), y.sub_(x), y.add_(1), y.add_(x, { alpha: 2 })]) {
      expect(result).toBe(y);
    }
  }
  expect(torch.memory().tensors).toBe(before);
  // -x + x + 1 = 1, and -1 + x + 1 = x.
  expect(y.equal(x)).toBe(true);
});

test('any operator is at hand by its own name', () => {
  const y = x.clone();
  torch.ops.aten?.add_?.(y, 1);
  expect(y.select(0, 0).tolist()).toEqual([2, 3, 4]);
});

test('no value crashes the process: it is taken or refused with an error', () => {
  const values = fc.anything({ withBigInt: true, withTypedArray: true, withNullPrototype: true });
  fc.assert(
    fc.property(fc.array(values, { maxLength: 5 }), (args) => {
      for (const name of ['add', 'sum', 'index', 'to', 'reshape', 'clamp'] as const) {
        const call = x[name] as (...received: unknown[]) => unknown;
        try {
          torch.scope(() => void call.apply(x, args));
        } catch (error) {
          expect(['TypeError', 'TorchError', 'RangeError']).toContain((error as Error).name);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a result of several parts that cannot be handed over leaves no part behind', () => {
  const w = torch.ones([2]).requiresGrad_();
  const calls = [
    () => torch.ones([6]).split(2),
    () => torch.ones([2, 2]).svd(),
    () => torch.grad(w.sum(), [w, w, w]),
  ];
  // What native code fills is an array of Node's realm, which is not the tests' own.
  const arrays: object = Object.getPrototypeOf(x.shape);
  const refuse = {
    configurable: true,
    set(this: object, value: unknown) {
      // Handles are numbers; the test runner shares the realm and keeps its own arrays.
      if (typeof value === 'number') throw new Error('refused');
      Object.defineProperty(this, 2, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    },
  };
  for (const call of calls) {
    const before = torch.memory().tensors;
    Object.defineProperty(arrays, 2, refuse);
    try {
      expect(() => torch.scope(call)).toThrow('refused');
    } finally {
      Reflect.deleteProperty(arrays, 2);
    }
    expect(torch.memory().tensors).toBe(before);
  }
});

describe('a tensor without dimensions stands for a number', () => {
  const two = torch.tensor(2n);
  const call = (fn: unknown, ...args: unknown[]): unknown => Reflect.apply(fn as never, x, args);

  test('where a number is asked for', () => {
    expect(call(x.softmax, torch.tensor(1n))).toEqual(x.softmax(1));
    expect(call(x.add, x, { alpha: torch.tensor(0.5) })).toEqual(x.add(x, { alpha: 0.5 }));
    expect(call(torch.arange, two)).toEqual(torch.arange(2));
    expect(call(torch.full, [2], two)).toEqual(torch.tensor([2n, 2n]));
  });

  test('but a tensor where a tensor is taken, with its gradient', () => {
    const w = torch.tensor(3, { requiresGrad: true });
    expect(torch.grad(x.add(w, { alpha: 2 }).sum(), w).item()).toBe(12);
  });

  test('neither a fraction, nor one with a gradient or dimensions', () => {
    expect(() => call(x.softmax, torch.tensor(1))).toThrow(/Expected integer for dim/);
    expect(() => call(x.softmax, torch.tensor([1n]))).toThrow(/Expected integer for dim/);
    const alpha = torch.tensor(2, { requiresGrad: true });
    expect(() => call(x.add, x, { alpha })).toThrow(/Expected Scalar for alpha/);
  });
});
