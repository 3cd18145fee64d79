import { type Tensor, torch } from '../../../lib/torch/index';
import {
  expectClose,
  expectGradients,
  expectSameThirdGradients,
  float64,
} from '../../helpers/gradients';

const TASKS = 2;
const KERNEL = 3;
type Inputs = [Tensor, Tensor, Tensor];
const convMax = (...[x, weight, bias]: Tensor[]): Tensor =>
  torch.convMax(x as Tensor, weight as Tensor, bias as Tensor);

/** By parts: all windows, all products, the greatest. */
function byParts(...[x, weight, bias]: Tensor[]): Tensor {
  const windows = (x as Tensor).unfold(2, KERNEL, 1).transpose(-2, -1).flatten(3);
  const products = windows.matmul((weight as Tensor).mT.unsqueeze(1));
  return products.amax([2]).add((bias as Tensor).unsqueeze(1));
}

function inputs(samples = 4, length = 7): Inputs {
  return [
    float64([TASKS, samples, length, 2]),
    float64([TASKS, 5, KERNEL * 2], 2),
    float64([TASKS, 5], 3),
  ];
}

test.each([
  [1, 3],
  [4, 7],
  [33, 12],
  [300, 40],
])('%i samples of %i steps: equals its parts', (samples, length) => {
  const exact = inputs(samples, length);
  expectClose(convMax(...exact), byParts(...exact));
  const single = exact.map((part) => part.to('float32'));
  expectClose(convMax(...single), byParts(...single), 1e-5);
});

test('has gradients and gradients of gradients', () => {
  expectGradients(convMax, inputs());
});

test('the gradients of gradients of gradients are those of its parts', () => {
  expectSameThirdGradients(convMax, byParts, inputs());
});

test('tasks may share weights without a copy, and their gradients add up', () => {
  const [x, weight, bias] = inputs();
  const [w, b] = [weight.select(0, 0), bias.select(0, 0)];
  const shared = (...[own, offset]: Tensor[]): Tensor =>
    convMax(x, (own as Tensor).expand([TASKS, -1, -1]), (offset as Tensor).expand([TASKS, -1]));
  for (const task of [0, 1]) {
    const alone = convMax(x.narrow(0, task, 1), w.unsqueeze(0), b.unsqueeze(0));
    expectClose(shared(w, b).narrow(0, task, 1), alone);
  }
  expectGradients(shared, [w, b]);
});

test('takes tensors of any strides', () => {
  const [x, weight, bias] = inputs();
  const strided = [
    x.transpose(1, 2).contiguous().transpose(1, 2),
    weight.mT.contiguous().mT,
    bias.t().contiguous().t(),
  ];
  expectClose(convMax(...strided), convMax(x, weight, bias), 0);
});

test('of several greatest windows the first gets the gradient', () => {
  const x = torch.ones([1, 1, 4, 1]).requiresGrad_();
  const y = torch.convMax(x, torch.ones([1, 1, 2]), torch.zeros([1, 1]));
  expect(torch.grad(y.sum(), [x])[0]?.flatten().tolist()).toEqual([1, 1, 0, 0]);
});

test('NaN is greater than everything', () => {
  const x = torch.tensor([[[[1], [Number.NaN], [5]]]]);
  expect(torch.convMax(x, torch.ones([1, 1, 1]), torch.zeros([1, 1])).item()).toBeNaN();
});

test('gives the same bits on one thread and on two', () => {
  const generator = torch.generator(3);
  const x = torch.randn([4, 50, 20, 16], { generator }).requiresGrad_();
  const weight = torch.randn([4, 30, 48], { generator }).requiresGrad_();
  const run = (): Tensor[] => {
    const y = torch.convMax(x, weight, torch.zeros([4, 30]));
    return [y, ...torch.grad(y.sin().sum(), [x, weight])];
  };
  const threads = torch.getNumThreads();
  torch.setNumThreads(1);
  const one = run();
  torch.setNumThreads(2);
  const two = run();
  torch.setNumThreads(threads);
  for (const [i, result] of two.entries()) expect(result.equal(one[i] as Tensor)).toBe(true);
});

test('works on samples of vmap, under autocast, in bfloat16 and in a checkpoint', () => {
  const [x, weight, bias] = inputs().map((part) => part.to('float32')) as Inputs;
  const expected = convMax(x, weight, bias);
  const batches = torch.stack([x, x.neg()]);
  const mapped = torch.vmap((each: Tensor) => torch.convMax(each, weight, bias));
  expectClose((mapped(batches) as Tensor).select(0, 0), expected, 1e-6);
  const cast = torch.autocast('cpu', 'bfloat16', () => convMax(x, weight, bias));
  expectClose(cast.to('float32'), expected, 0.1);
  const half = convMax(...[x, weight, bias].map((part) => part.to('bfloat16')));
  expect(half.dtype).toBe('bfloat16');
  const w = weight.clone().requiresGrad_();
  const [again] = torch.grad(torch.checkpoint(convMax, x, w, bias).sum(), [w]);
  const [plain] = torch.grad(convMax(x, w, bias).sum(), [w]);
  expect(again?.equal(plain as Tensor)).toBe(true);
});

test.each([
  ['a filter of half a step', [1, 1, 4, 2], [1, 3, 3], [1, 3], 'ERR_TORCH_SHAPE'],
  ['too few steps', [1, 1, 2, 2], [1, 3, 6], [1, 3], 'ERR_TORCH_SHAPE'],
  ['other tasks', [2, 1, 4, 2], [1, 3, 4], [1, 3], 'ERR_TORCH_SHAPE'],
  ['another bias', [1, 1, 4, 2], [1, 3, 4], [1, 2], 'ERR_TORCH_SHAPE'],
  ['no task axis', [1, 4, 2], [1, 3, 4], [1, 3], 'ERR_TORCH_SHAPE'],
])('refuses %s', (_, x, weight, bias, code) => {
  const run = () => torch.convMax(torch.ones(x), torch.ones(weight), torch.ones(bias));
  expect(run).toThrow(expect.objectContaining({ code }));
});

test('refuses two dtypes, and what is no tensor', () => {
  const [x, weight, bias] = inputs();
  expect(() => torch.convMax(x, weight.to('float32'), bias)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_DTYPE' }),
  );
  expect(() => torch.convMax(x, weight, 1 as never)).toThrow('Expected a tensor for bias');
});

test('no samples and no filters are as empty as they come', () => {
  expect(
    torch.convMax(torch.ones([2, 0, 4, 2]), torch.ones([2, 3, 4]), torch.ones([2, 3])).shape,
  ).toEqual([2, 0, 3]);
  expect(
    torch.convMax(torch.ones([2, 1, 4, 2]), torch.ones([2, 0, 4]), torch.ones([2, 0])).shape,
  ).toEqual([2, 1, 0]);
});

describe.each<[string, (sizes: readonly number[][]) => unknown]>([
  ['as one operator', (sizes) => convMax(...sizes.map((size) => torch.ones(size)))],
  [
    'in float16',
    (sizes) => convMax(...sizes.map((size) => torch.ones(size, { dtype: 'float16' }))),
  ],
  [
    'under autocast',
    (sizes) =>
      torch.autocast('cpu', 'bfloat16', () => convMax(...sizes.map((size) => torch.ones(size)))),
  ],
  [
    'inside vmap',
    ([x = [], ...sizes]) =>
      torch.vmap((one: Tensor) => convMax(one, ...sizes.map((size) => torch.ones(size))))(
        torch.ones([3, ...x]),
      ),
  ],
])('%s', (_, run) => {
  test.each<[string, number[][]]>([
    [
      'D > 0 for x',
      [
        [2, 3, 4, 0],
        [2, 5, 0],
        [2, 5],
      ],
    ],
    [
      'k > 0 for weight',
      [
        [2, 3, 4, 6],
        [2, 5, 0],
        [2, 5],
      ],
    ],
  ])('sizes without %s are refused', (expected, sizes) => {
    expect(() => run(sizes)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }));
    expect(() => run(sizes)).toThrow(expected);
  });
});
