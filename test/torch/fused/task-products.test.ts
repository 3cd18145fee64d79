import { taskUpdate } from '../../../lib/torch/fused/task-products';
import { type Tensor, torch } from '../../../lib/torch/index';
import {
  expectClose,
  expectGradients,
  expectSameThirdGradients,
  float64,
} from '../../helpers/gradients';

const TASKS = 3;
const x = float64([TASKS, 4, 5], 1);
const y = float64([TASKS, 4, 2], 2);
const weight = float64([TASKS, 2, 5], 3);
const bias = float64([TASKS, 2], 4);
const added = float64([TASKS, 4, 5], 5);

type Case = [
  name: string,
  fn: (...inputs: Tensor[]) => Tensor,
  byParts: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor[],
];
const CASES: Case[] = [
  [
    'taskLinear',
    (...[a, b, c]) => torch.taskLinear(a as Tensor, b as Tensor, c),
    (...[a, b, c]) => (c as Tensor).unsqueeze(1).baddbmm(a as Tensor, (b as Tensor).mT),
    [x, weight, bias],
  ],
  [
    'taskLinear without a bias',
    (...[a, b]) => torch.taskLinear(a as Tensor, b as Tensor),
    (...[a, b]) => (a as Tensor).bmm((b as Tensor).mT),
    [x, weight],
  ],
  [
    'taskProduct',
    (...[a, b, c]) => torch.taskProduct(a as Tensor, b as Tensor, c as Tensor),
    (...[a, b, c]) => (a as Tensor).baddbmm(b as Tensor, c as Tensor),
    [added, y, weight],
  ],
  [
    'taskOuter',
    (...[a, b, c]) => torch.taskOuter(a as Tensor, b as Tensor, c as Tensor),
    (...[a, b, c]) => (a as Tensor).baddbmm((b as Tensor).mT, c as Tensor),
    [weight, y, x],
  ],
  [
    'taskUpdate',
    (...[a, b, c, d]) => {
      const moved = taskUpdate(a as Tensor, b as Tensor, c as Tensor, d as Tensor);
      return moved.weight.add(moved.bias.unsqueeze(-1));
    },
    (...[a, b, c, d]) => {
      const moved = (a as Tensor).baddbmm((c as Tensor).mT, d as Tensor);
      return moved.add((b as Tensor).add((c as Tensor).sum([-2])).unsqueeze(-1));
    },
    [weight, bias, y, x],
  ],
];

describe.each(CASES)('%s', (_, fn, byParts, inputs) => {
  test('equals its parts, in float64 and float32', () => {
    expectClose(fn(...inputs), byParts(...inputs));
    const single = inputs.map((input) => input.to('float32'));
    expectClose(fn(...single), byParts(...single), 1e-5);
  });

  test('has gradients and gradients of gradients', () => {
    expectGradients(fn, inputs);
  });

  test('the gradients of gradients of gradients are those of its parts', () => {
    expectSameThirdGradients(fn, byParts, inputs);
  });

  test('gradients of every order are contiguous', () => {
    const given = inputs.map((input) => input.detach().requiresGrad_());
    const first = torch.grad(
      fn(...given)
        .square()
        .sum(),
      given,
      { createGraph: true },
    );
    const second = torch.grad(torch.stack(first.map((g) => g.square().sum())).sum(), given);
    for (const gradient of [...first, ...second]) expect(gradient.isContiguous()).toBe(true);
  });

  test('a gradient is made only for what asks for it', () => {
    for (const [i, input] of inputs.entries()) {
      const own = input.detach().requiresGrad_();
      const given = inputs.map((other, j) => (i === j ? own : other));
      const [gradient] = torch.grad(
        fn(...given)
          .sin()
          .sum(),
        [own],
      );
      const [expected] = torch.grad(
        byParts(...given)
          .sin()
          .sum(),
        [own],
      );
      expectClose(gradient as Tensor, expected as Tensor);
    }
  });

  test('works inside vmap and under autocast', () => {
    const stacked = inputs.map((input) => torch.stack([input, input.mul(2)]));
    const mapped = torch.vmap((...own: Tensor[]) => fn(...own))(...stacked) as Tensor;
    const expected = torch.stack([
      byParts(...inputs),
      byParts(...inputs.map((input) => input.mul(2))),
    ]);
    expectClose(mapped, expected);
    const half = torch.autocast('cpu', 'bfloat16', () =>
      fn(...inputs.map((input) => input.to('float32'))),
    );
    expectClose(half.to('float64'), fn(...inputs), 0.2);
  });
});

test('a weight that all tasks share has the sum of their gradients', () => {
  const one = float64([2, 5], 6).requiresGrad_();
  const row = float64([2], 7).requiresGrad_();
  const given = x.detach().requiresGrad_();
  const shared = torch.taskLinear(given, one.expand([TASKS, -1, -1]), row.expand([TASKS, -1]));
  const expected = torch.linear(given, one, row);
  expectClose(shared, expected);
  const ours = torch.grad(shared.sin().sum(), [one, row, given]);
  const theirs = torch.grad(expected.sin().sum(), [one, row, given]);
  for (const [i, gradient] of ours.entries()) expectClose(gradient, theirs[i] as Tensor);
});

test('says what does not fit', () => {
  const shape = expect.objectContaining({ code: 'ERR_TORCH_SHAPE' });
  expect(() => torch.taskLinear(x, float64([TASKS, 2, 4]))).toThrow(shape);
  expect(() => torch.taskProduct(float64([TASKS, 1, 5]), y, weight)).toThrow(shape);
  expect(() => torch.taskOuter(float64([2, 5]), y, x)).toThrow(shape);
  expect(() => torch.taskLinear(x, 3 as never)).toThrow(/a tensor for weight/);
  expect(() => taskUpdate(float64([2, 5]), bias, y, x)).toThrow(shape);
  expect(() => taskUpdate(weight, float64([1, 2]), y, x)).toThrow(shape);
  expect(() => taskUpdate(weight, bias.to('float32'), y, x)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_DTYPE' }),
  );
});
