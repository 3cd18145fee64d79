import { ArgumentRangeError, ArgumentTypeError, TorchError } from '../../lib/errors';
import { accuracy, crossEntropy, mse, type Reduction } from '../../lib/nn';
import { type Tensor, torch } from '../../lib/torch';
import { readFixture } from '../helpers/fixture';
import {
  expectClose,
  expectGradients,
  expectNumbers,
  float64,
  numbers,
} from '../helpers/gradients';

type Case = {
  reduction: Reduction;
  labelSmoothing: number;
  ignoreIndex: number | null;
  loss: number[];
};

const fixture = readFixture<{
  crossEntropy: { logits: number[]; labels: number[]; cases: Case[] };
}>('nn').crossEntropy;

const T = 3;
const int64 = { dtype: 'int64' } as const;
const logits = float64([T, 4, 5]);
const labels = torch.tensor(
  [
    [0, 1, 2, 3],
    [4, 3, 2, 1],
    [1, 1, 4, 4],
  ],
  int64,
);

function perTask(fn: (logits: Tensor, labels: Tensor) => Tensor): Tensor {
  return torch.stack(
    Array.from({ length: T }, (_, t) => fn(logits.select(0, t), labels.select(0, t))),
  );
}

describe('crossEntropy', () => {
  test.each(fixture.cases)('equals PyTorch: $reduction $labelSmoothing $ignoreIndex', (one) => {
    const { reduction, labelSmoothing, ignoreIndex } = one;
    const loss = crossEntropy(
      torch.tensor(Float32Array.from(fixture.logits), { shape: [6, 4] }),
      torch.tensor(fixture.labels, int64),
      { reduction, labelSmoothing, ...(ignoreIndex === null ? {} : { ignoreIndex }) },
    );
    expectNumbers(numbers(loss), one.loss, 1e-6);
  });

  test.each(['mean', 'sum', 'none'] as const)('with tasks equals a loop: %s', (reduction) => {
    const each = perTask((x, y) => crossEntropy(x, y, { reduction }));
    const separate = crossEntropy(logits, labels, { reduction, perTask: true });
    expectClose(separate, each);
    const all = crossEntropy(logits, labels, { reduction });
    expectClose(all, reduction === 'mean' ? each.mean() : reduction === 'sum' ? each.sum() : each);
  });

  test('counts ignored examples in no mean', () => {
    const options = { ignoreIndex: 4, labelSmoothing: 0.1 };
    const separate = crossEntropy(logits, labels, { ...options, perTask: true });
    expectClose(
      separate,
      perTask((x, y) => crossEntropy(x, y, options)),
    );
    const plain = { ignoreIndex: 4 };
    expectClose(
      crossEntropy(logits, labels, { ...plain, perTask: true }),
      perTask((x, y) => crossEntropy(x, y, plain)),
    );
  });

  test('is NaN as the mean of no examples, 0 where all of a task are ignored', () => {
    const nobody = labels.fullLike(4);
    for (const options of [{ ignoreIndex: 4 }, { ignoreIndex: 4, labelSmoothing: 0.1 }]) {
      expect(crossEntropy(logits, nobody, { ...options, perTask: true }).tolist()).toEqual([
        0, 0, 0,
      ]);
      expect(crossEntropy(logits, nobody, options).item()).toBeNaN();
    }
    const none = [torch.zeros([2, 0, 5]), torch.zeros([2, 0], int64)] as const;
    expect(crossEntropy(...none).item()).toBeNaN();
    expect(crossEntropy(...none, { perTask: true }).tolist()).toEqual([Number.NaN, Number.NaN]);
  });

  test('spreads the whole target over the classes with a smoothing of 1', () => {
    const logits = torch.tensor([[0, Math.log(3)]]);
    const loss = crossEntropy(logits, torch.tensor([0], int64), { labelSmoothing: 1 });
    expectNumbers(numbers(loss), [(Math.log(4) + Math.log(4 / 3)) / 2], 1e-6);
  });

  test('smooths nothing unless asked to', () => {
    const loss = crossEntropy(torch.tensor([[0, Math.log(3)]]), torch.tensor([0], int64));
    expectNumbers(numbers(loss), [Math.log(4)], 1e-6);
  });

  test.each([{}, { reduction: 'sum' }, { perTask: true }, { labelSmoothing: 0.2 }] as const)(
    'is twice differentiable: %j',
    (options) => {
      expectGradients((x) => crossEntropy(x as Tensor, labels, options), [logits]);
    },
  );

  test('refuses labels outside the classes, also the -100 of PyTorch', () => {
    for (const label of [5, -1, -100]) {
      const wrong = torch.tensor([label], int64);
      expect(() => crossEntropy(torch.zeros([1, 5]), wrong)).toThrow(TorchError);
      const ofTask = [torch.zeros([1, 1, 5]), wrong.unsqueeze(0)] as const;
      expect(() => crossEntropy(...ofTask, { perTask: true })).toThrow(TorchError);
    }
  });

  test('refuses shapes, dtypes and options that do not fit', () => {
    expect(() => crossEntropy(torch.zeros([4]), torch.zeros([4]))).toThrow(
      'Expected [n, C] or [T, n, C] for the logits of crossEntropy but received [4]',
    );
    expect(() => crossEntropy(logits, torch.zeros([4, 3], int64))).toThrow(
      'Expected [3, 4] for the labels of crossEntropy but received [4, 3]',
    );
    for (const dtype of ['float32', 'int32'] as const) {
      expect(() => crossEntropy(logits, labels.to(dtype))).toThrow(ArgumentTypeError);
    }
    const one = [logits.select(0, 0), labels.select(0, 0)] as const;
    expect(() => crossEntropy(...one, { perTask: true })).toThrow(
      'Expected false without a task axis for perTask of crossEntropy but received boolean true',
    );
    expect(() => crossEntropy(...one, { labelSmoothing: 2 })).toThrow(ArgumentRangeError);
    expect(() => crossEntropy(...one, { reduction: 'avg' as never })).toThrow(ArgumentRangeError);
    expect(() => crossEntropy(logits, labels, { perTask: 'no' as never })).toThrow(
      "Expected a boolean for perTask of crossEntropy but received string 'no'",
    );
    expect(() => crossEntropy(...one, { ignoreIndex: 1.5 })).toThrow(
      'Expected an integer for ignoreIndex of crossEntropy but received number 1.5',
    );
    expect(() => crossEntropy(...one, { weights: 1 } as never)).toThrow('Unknown option weights');
  });
});

describe('mse', () => {
  const targets = float64([T, 4, 5], 9);

  test('is the mean of the squared differences', () => {
    const loss = mse(torch.tensor([1, 2, 3]), torch.tensor([1, 4, 6]));
    expect(loss.item()).toBeCloseTo(13 / 3, 6);
    const [x, y] = [torch.tensor([[1, 2]]), torch.tensor([[3, 2]])];
    expect(mse(x, y, { reduction: 'sum' }).item()).toBe(4);
    expect(mse(x, y, { reduction: 'none' }).tolist()).toEqual([[4, 0]]);
  });

  test.each(['mean', 'sum'] as const)('with tasks equals a loop: %s', (reduction) => {
    const each = torch.stack(
      Array.from({ length: T }, (_, t) =>
        mse(logits.select(0, t), targets.select(0, t), { reduction }),
      ),
    );
    expectClose(mse(logits, targets, { reduction, perTask: true }), each);
  });

  test('is twice differentiable', () => {
    expectGradients((x, y) => mse(x as Tensor, y as Tensor), [logits, targets]);
    expectGradients((x, y) => mse(x as Tensor, y as Tensor, { perTask: true }), [logits, targets]);
  });

  test('gives the loss of each element for none, with tasks too', () => {
    const each = mse(logits, targets, { reduction: 'none', perTask: true });
    expectClose(each, logits.sub(targets).square());
  });

  test('refuses other shapes of targets, and tasks where there is no axis of them', () => {
    expect(() => mse(torch.zeros([3]), torch.zeros([3]), { perTask: true })).toThrow(
      'Expected false without a task axis for perTask of mse but received boolean true',
    );
    expect(() => mse(torch.zeros([2, 3]), torch.zeros([3]))).toThrow(
      'Expected [2, 3] for the targets of mse but received [3]',
    );
  });
});

describe('accuracy', () => {
  const scores = torch.tensor([
    [
      [0, 1],
      [3, 2],
    ],
    [
      [1, 0],
      [1, 0],
    ],
  ]);
  const right = torch.tensor(
    [
      [1, 0],
      [0, 1],
    ],
    int64,
  );

  test('is the share of right answers, of all or of each task', () => {
    expect(accuracy(scores, right)).toBe(0.75);
    expect(accuracy(scores, right, { perTask: true }).tolist()).toEqual([1, 0.5]);
    expect(accuracy(scores.select(0, 1), right.select(0, 1))).toBe(0.5);
  });

  test('does not count ignored labels', () => {
    const padded = torch.tensor(
      [
        [1, -1],
        [-1, 1],
      ],
      int64,
    );
    expect(accuracy(scores, padded, { ignoreIndex: -1 })).toBe(0.5);
    const each = accuracy(scores, padded, { ignoreIndex: -1, perTask: true });
    expect(each.tolist()).toEqual([1, 0]);
    // A class may be the label to ignore, and be answered.
    expect(accuracy(scores, right, { ignoreIndex: 1 })).toBe(1);
    expect(accuracy(scores, right, { ignoreIndex: 1, perTask: true }).tolist()).toEqual([1, 1]);
  });

  test('refuses an index to ignore that is no integer', () => {
    for (const ignoreIndex of [0.5, Number.NaN]) {
      expect(() => accuracy(scores, right, { ignoreIndex })).toThrow(ArgumentRangeError);
    }
    expect(() => accuracy(scores, right, { ignoreIndex: '0' as never })).toThrow(ArgumentTypeError);
  });

  test('takes logits that are NaN for no right answer, and the first of equal ones', () => {
    const odd = torch.tensor([
      [Number.NaN, 1],
      [0, Number.NaN],
      [2, 2],
      [2, 2],
    ]);
    expect(accuracy(odd, torch.tensor([0, 1, 0, 1], int64))).toBe(0.25);
  });

  test('leaves no tensors behind', () => {
    const before = torch.memory().tensors;
    accuracy(scores, right);
    expect(torch.memory().tensors).toBe(before);
  });
});
