import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import { expandTasks, type LinearParams, linear, selectTask } from '../../lib/nn';
import { type Tensor, torch } from '../../lib/torch';
import { readFixture } from '../helpers/fixture';
import {
  expectClose,
  expectGradients,
  expectNumbers,
  float64,
  numbers,
} from '../helpers/gradients';

const fixtures = readFixture<{ linear: { weight: number[]; bias: number[] } }>('nn');
const layer = linear({ inFeatures: 3, outFeatures: 2 });
const T = 4;

const weights = { plain: float64([2, 3], 1), tasks: float64([T, 2, 3], 2) };
const biases = { plain: float64([2], 3), tasks: float64([T, 2], 4), none: undefined };
const inputs = { rows: float64([T, 5, 3], 5), tokens: float64([T, 2, 3, 3], 6) };

const forms = (['plain', 'tasks'] as const).flatMap((weight) =>
  (['plain', 'tasks', 'none'] as const).flatMap((bias) =>
    (['rows', 'tokens'] as const).map((input) => ({ weight, bias, input })),
  ),
);

function paramsOf(weight: Tensor, bias: Tensor | undefined): LinearParams {
  return bias === undefined ? { weight } : { weight, bias };
}

function taskOf(tensor: Tensor, axes: number, task: number): Tensor {
  return tensor.ndim === axes ? tensor : tensor.select(0, task);
}

test('gives x·Wᵀ + b', () => {
  const params = {
    weight: torch.tensor([
      [1, 2, 3],
      [-1, 0, 1],
    ]),
    bias: torch.tensor([10, 20]),
  };
  expect(layer.apply(params, torch.tensor([1, 1, 2])).tolist()).toEqual([19, 21]);
  expect(layer.apply(params, torch.zeros([4, 5, 3])).shape).toEqual([4, 5, 2]);
});

test('starts with the numbers of PyTorch for the same seed', () => {
  const params = linear({ inFeatures: 5, outFeatures: 3 }).init(torch.generator(7));
  expect(params.weight.shape).toEqual([3, 5]);
  expectNumbers(numbers(params.weight), fixtures.linear.weight, 1e-7);
  expectNumbers(numbers(params.bias as Tensor), fixtures.linear.bias, 1e-7);
  expect(params.weight.requiresGrad).toBe(false);
  const without = linear({ inFeatures: 5, outFeatures: 3, bias: false });
  expect(Object.keys(without.init(torch.generator(7)))).toEqual(['weight']);
});

describe.each(forms)('with weight: $weight, bias: $bias, input: $input', (form) => {
  const weight = weights[form.weight];
  const bias = biases[form.bias];
  const input = inputs[form.input];

  test('equals a loop over the tasks', () => {
    const together = layer.apply(paramsOf(weight, bias), input);
    const each = Array.from({ length: T }, (_, t) => {
      const own = bias === undefined ? undefined : taskOf(bias, 1, t);
      return layer.apply(paramsOf(taskOf(weight, 2, t), own), input.select(0, t));
    });
    expectClose(together, torch.stack(each));
  });

  test('is twice differentiable', () => {
    const all = bias === undefined ? [input, weight] : [input, weight, bias];
    expectGradients((x, w, b) => layer.apply(paramsOf(w as Tensor, b), x as Tensor), all);
  });
});

test('gradients of summed losses with respect to expanded parameters are those of each task', () => {
  const base = { weight: weights.plain, bias: biases.plain };
  const expanded = expandTasks(base, T);
  const own = { weight: expanded.weight.requiresGrad_(), bias: expanded.bias.requiresGrad_() };
  const together = torch.grad(layer.apply(own, inputs.rows).square().sum(), own);
  for (let t = 0; t < T; t++) {
    const single = {
      weight: base.weight.detach().requiresGrad_(),
      bias: base.bias.detach().requiresGrad_(),
    };
    const loss = layer.apply(single, inputs.rows.select(0, t)).square().sum();
    const gradient = torch.grad(loss, single);
    expectClose(selectTask(together, t).weight, gradient.weight);
    expectClose(selectTask(together, t).bias, gradient.bias);
  }
});

describe('refuses', () => {
  const params = layer.init(torch.generator(1));
  const tasks = expandTasks(params, T);
  const cases: [string, () => unknown, RegExp][] = [
    [
      'another number of features',
      () => layer.apply(params, torch.zeros([2, 4])),
      /Expected \[\.\.\., 3\] for the input of linear but received \[2, 4\]/,
    ],
    [
      'an input without a task axis',
      () => layer.apply(tasks, torch.zeros([4, 3])),
      /Expected \[4, n, \.\.\., 3\] for the input of linear but received \[4, 3\]/,
    ],
    [
      'another number of features with tasks',
      () => layer.apply(tasks, torch.zeros([4, 5, 2])),
      /Expected \[4, n, \.\.\., 3\] for the input of linear but received \[4, 5, 2\]/,
    ],
    [
      'rows without a task axis where the bias has one',
      () => layer.apply({ ...params, bias: tasks.bias as Tensor }, torch.zeros([4, 3])),
      /Expected \[4, n, \.\.\., 3\] for the input of linear but received \[4, 3\]/,
    ],
    [
      'another number of tasks',
      () => layer.apply(tasks, torch.zeros([3, 5, 3])),
      /\[4, n, \.\.\., 3\]/,
    ],
    [
      'another number of tasks than the bias has',
      () => layer.apply({ ...params, bias: tasks.bias as Tensor }, torch.zeros([3, 5, 3])),
      /\[4, n, \.\.\., 3\]/,
    ],
    [
      'a weight of one dimension',
      () => layer.apply({ weight: torch.zeros([3]) }, torch.zeros([3, 3])),
      /\[out, in\] or \[T, out, in\] for the weight of linear/,
    ],
    [
      'a bias of another size, which would be added to every output',
      () => layer.apply({ ...params, bias: torch.ones([1]) }, torch.zeros([2, 3])),
      /Expected \[2\] or \[T, 2\] for the bias of linear but received \[1\]/,
    ],
    [
      'a bias of tasks of another size',
      () => layer.apply({ ...params, bias: torch.ones([T, 1]) }, torch.zeros([T, 5, 3])),
      /Expected \[2\] or \[T, 2\] for the bias of linear but received \[4, 1\]/,
    ],
    [
      'a bias without dimensions',
      () => layer.apply({ ...params, bias: torch.ones([]) }, torch.zeros([2, 3])),
      /Expected \[2\] or \[T, 2\] for the bias of linear but received \[\]/,
    ],
    [
      'a bias of another number of tasks than the weight has',
      () => layer.apply({ ...tasks, bias: torch.ones([1, 2]) }, torch.zeros([T, 5, 3])),
      /Expected \[2\] or \[4, 2\] for the bias of linear but received \[1, 2\]/,
    ],
    ['sizes below one', () => linear({ inFeatures: 0, outFeatures: 1 }), /inFeatures of linear/],
  ];

  test.each(cases)('%s', (_, fn, message) => {
    expect(fn).toThrow(ArgumentRangeError);
    expect(fn).toThrow(message);
  });

  test('options of the wrong type, unknown options and inputs that are no tensors', () => {
    const wrong = { inFeatures: '3', outFeatures: 2 } as never;
    expect(() => linear(wrong)).toThrow(ArgumentTypeError);
    expect(() => linear({ inFeatures: 3, outFeatures: 2, bias: 'false' as never })).toThrow(
      "Expected a boolean for bias of linear but received string 'false'",
    );
    expect(() => linear({ inFeatures: 3, outFeatures: 2, biass: false } as never)).toThrow(
      'linear: Unknown option biass; expected inFeatures, outFeatures, bias',
    );
    expect(() => layer.apply(params, [1, 2, 3] as never)).toThrow(
      'Expected a tensor for the input of linear but received array of length 3',
    );
  });
});

test('a context that answers anything is no rule', () => {
  const answers = new Proxy({}, { get: () => 1 });
  const params = layer.init(torch.generator(1));
  const x = torch.ones([2, 3]);
  expect(layer.apply(params, x, answers).tolist()).toEqual(layer.apply(params, x).tolist());
});
