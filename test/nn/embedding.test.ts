import { ArgumentRangeError, ArgumentTypeError, TorchError } from '../../lib/errors';
import { embedding, expandTasks } from '../../lib/nn';
import { type Tensor, torch } from '../../lib/torch';
import { readFixture } from '../helpers/fixture';
import {
  expectClose,
  expectGradients,
  expectNumbers,
  float64,
  numbers,
} from '../helpers/gradients';

const fixture = readFixture<{ embedding: { weight: number[]; gradient: number[] } }>(
  'nn',
).embedding;
const int64 = { dtype: 'int64' } as const;

const T = 3;
const padded = embedding({ numEmbeddings: 6, embeddingDim: 4, paddingIndex: 2 });
const plain = embedding({ numEmbeddings: 6, embeddingDim: 4 });
const ids = torch.tensor(
  [
    [
      [0, 2],
      [5, 5],
    ],
    [
      [2, 2],
      [1, 0],
    ],
    [
      [3, 4],
      [4, 2],
    ],
  ],
  int64,
);

/** Tables of all tasks, different but for their rows of padding, which are zero. */
function tables(): Tensor {
  const zero = torch.tensor([2], int64);
  return float64([T, 6, 4]).indexFill(1, zero, 0);
}

test('starts with the numbers of PyTorch for the same seed, and a zero row for padding', () => {
  const { weight } = padded.init(torch.generator(7));
  expectNumbers(numbers(weight), fixture.weight, 1e-7);
  expect(numbers(weight.select(0, 2))).toEqual([0, 0, 0, 0]);
});

test('scales its start', () => {
  const { weight } = plain.init(torch.generator(7));
  const half = embedding({ numEmbeddings: 6, embeddingDim: 4, scale: 0.5 });
  expectClose(half.init(torch.generator(7)).weight, weight.mul(0.5), 0);
  const none = embedding({ numEmbeddings: 6, embeddingDim: 4, scale: 0 });
  expectClose(none.init(torch.generator(7)).weight.abs(), torch.zeros([6, 4]), 0);
});

test('leaves only its table behind when it starts', () => {
  const generator = torch.generator(7);
  const before = torch.memory().tensors;
  const { weight } = padded.init(generator);
  expect(torch.memory().tensors).toBe(before + 1);
  weight.dispose();
});

test('has the gradient of PyTorch, none for padding', () => {
  const weight = padded.init(torch.generator(7)).weight.requiresGrad_();
  const some = torch.tensor(
    [
      [0, 2, 5],
      [5, 1, 2],
    ],
    int64,
  );
  const gradient = torch.grad(padded.apply({ weight }, some).sin().sum(), weight);
  expectNumbers(numbers(gradient), fixture.gradient, 1e-6);
});

describe.each([
  { name: 'with padding', layer: padded },
  { name: 'without padding', layer: plain },
])('with a task axis, $name', ({ layer }) => {
  test('equals a loop over the tasks, gradient included', () => {
    const weight = tables().requiresGrad_();
    const together = layer.apply({ weight }, ids);
    expect(together.shape).toEqual([T, 2, 2, 4]);
    const gradient = torch.grad(together.sin().sum(), weight);
    for (let t = 0; t < T; t++) {
      const own = weight.select(0, t).detach().requiresGrad_();
      const single = layer.apply({ weight: own }, ids.select(0, t));
      expectClose(together.select(0, t), single);
      expectClose(gradient.select(0, t), torch.grad(single.sin().sum(), own));
    }
  });

  test('takes expanded tables and int32 ids', () => {
    const single = { weight: tables().select(0, 0) };
    const got = layer.apply(expandTasks(single, T), ids.to('int32'));
    expectClose(got, layer.apply(single, ids));
  });
});

describe('is twice differentiable', () => {
  test('without padding', () => {
    expectGradients((w) => plain.apply({ weight: w as Tensor }, ids), [float64([6, 4])]);
    expectGradients((w) => plain.apply({ weight: w as Tensor }, ids), [float64([T, 6, 4])]);
  });

  // Differences see the value of padding, which the gradient leaves out on purpose: hide it.
  test('with padding', () => {
    const shown = ids.ne(2).unsqueeze(-1);
    const fn = (w: Tensor | undefined) => padded.apply({ weight: w as Tensor }, ids).mul(shown);
    expectGradients(fn, [float64([6, 4])]);
    expectGradients(fn, [tables()]);
  });

  test('and gives padding no gradient of the gradient either', () => {
    for (const weight of [float64([6, 4]).requiresGrad_(), tables().requiresGrad_()]) {
      const y = padded.apply({ weight }, ids);
      const gradient = torch.grad(y.pow(3).add(y.square()).sum(), weight, { createGraph: true });
      const second = torch.grad(gradient.square().sum(), weight);
      expect(numbers(gradient.select(-2, 2)).every((value) => value === 0)).toBe(true);
      expect(numbers(second.select(-2, 2)).every((value) => value === 0)).toBe(true);
      expect(numbers(second.select(-2, 5)).some((value) => value !== 0)).toBe(true);
    }
  });
});

describe('refuses', () => {
  test('ids outside the table, which another task would answer', () => {
    const weight = tables();
    for (const id of [6, -1]) {
      const wrong = ids.fullLike(id);
      expect(() => plain.apply({ weight }, wrong)).toThrow(ArgumentRangeError);
      expect(() => plain.apply({ weight }, wrong)).toThrow(
        `Expected ids in [0, 6) for the ids of embedding but received number ${id}`,
      );
      expect(() => plain.apply({ weight: weight.select(0, 0) }, wrong)).toThrow(TorchError);
      const one = torch.where(ids.eq(3), id, ids);
      expect(() => plain.apply({ weight }, one)).toThrow(`but received number ${id}`);
    }
  });

  test('ids of another number of tasks, and ids that are no integers', () => {
    expect(() => plain.apply({ weight: tables() }, torch.zeros([2, 5], int64))).toThrow(
      'Expected [3, ...] for the ids of embedding but received [2, 5]',
    );
    expect(() => plain.apply({ weight: tables() }, torch.zeros([T, 5]))).toThrow(ArgumentTypeError);
    expect(() => plain.apply({ weight: torch.zeros([6]) }, ids)).toThrow(
      '[V, D] or [T, V, D] for the weight of embedding',
    );
  });

  test('a scale that is negative, or a padding index outside the table', () => {
    const negative = { numEmbeddings: 6, embeddingDim: 4, scale: -1 };
    expect(() => embedding(negative)).toThrow('scale of embedding but received number -1');
    const options = { numEmbeddings: 6, embeddingDim: 4, paddingIndex: 6 };
    expect(() => embedding(options)).toThrow(
      'Expected an integer in [0, 6) for paddingIndex of embedding but received number 6',
    );
  });
});

test('takes no ids at all', () => {
  expect(plain.apply({ weight: tables() }, torch.zeros([T, 0], int64)).shape).toEqual([T, 0, 4]);
});
