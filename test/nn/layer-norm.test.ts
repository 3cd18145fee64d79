import { ArgumentRangeError } from '../../lib/errors';
import { layerNorm } from '../../lib/nn';
import { type Tensor, torch } from '../../lib/torch';
import { readFixture } from '../helpers/fixture';
import {
  expectClose,
  expectGradients,
  expectNumbers,
  float64,
  numbers,
} from '../helpers/gradients';

type Fixture = { layerNorm: { weight: number[]; bias: number[]; x: number[]; y: number[] } };

const T = 3;
const layer = layerNorm({ normalizedShape: 4 });
const weights = { plain: float64([4], 1), tasks: float64([T, 4], 2) };
const biases = { plain: float64([4], 3), tasks: float64([T, 4], 4) };
const x = float64([T, 2, 2, 4], 5);

const forms = (['plain', 'tasks'] as const).flatMap((weight) =>
  (['plain', 'tasks'] as const).map((bias) => ({ weight, bias })),
);

test('equals PyTorch', () => {
  const { weight, bias, x: input, y } = readFixture<Fixture>('nn').layerNorm;
  const params = { weight: torch.tensor(weight), bias: torch.tensor(bias) };
  const sized = layerNorm({ normalizedShape: 6, eps: 1e-3 });
  const got = sized.apply(params, torch.tensor(Float32Array.from(input), { shape: [3, 6] }));
  expectNumbers(numbers(got), y, 1e-6);
});

test('has third derivatives, where libtorch’s own are wrong', () => {
  const third = (fn: (x: Tensor) => Tensor): Tensor => {
    const own = float64([3, 4], 9).requiresGrad_();
    let value = fn(own).pow(3).sum();
    for (let order = 1; order < 3; order++) {
      const [gradient] = torch.grad(value, [own], { createGraph: true });
      value = (gradient as Tensor).sin().sum();
    }
    return torch.grad(value, [own])[0] as Tensor;
  };
  const params = { weight: torch.ones([4], { dtype: 'float64' }), bias: float64([4]).mul(0) };
  const exact = third((own) => {
    const centred = own.sub(own.mean([-1], true));
    return centred.mul(centred.pow(2).mean([-1], true).add(1e-5).rsqrt());
  });
  expectClose(
    third((own) => layer.apply(params, own)),
    exact,
    1e-9,
  );
});

test('may add nothing to the variance', () => {
  const bare = layerNorm({ normalizedShape: 2, eps: 0 });
  const params = bare.init(torch.generator(1));
  expectNumbers(numbers(bare.apply(params, torch.tensor([1e-4, 3e-4]))), [-1, 1], 1e-6);
});

test('starts as the identity of normalized inputs', () => {
  const { weight, bias } = layer.init(torch.generator(1));
  expect([weight.tolist(), bias.tolist()]).toEqual([
    [1, 1, 1, 1],
    [0, 0, 0, 0],
  ]);
});

describe.each(forms)('with weight: $weight, bias: $bias', (form) => {
  const params = { weight: weights[form.weight], bias: biases[form.bias] };
  const of = (tensor: Tensor, t: number) => (tensor.ndim === 1 ? tensor : tensor.select(0, t));

  test('equals a loop over the tasks', () => {
    const each = Array.from({ length: T }, (_, t) =>
      layer.apply({ weight: of(params.weight, t), bias: of(params.bias, t) }, x.select(0, t)),
    );
    expectClose(layer.apply(params, x), torch.stack(each));
  });

  test('is twice differentiable', () => {
    expectGradients(
      (input, weight, bias) =>
        layer.apply({ weight: weight as Tensor, bias: bias as Tensor }, input as Tensor),
      [x, params.weight, params.bias],
    );
  });
});

test('takes one vector a task', () => {
  const params = { weight: weights.tasks, bias: biases.tasks };
  expect(layer.apply(params, float64([T, 4])).shape).toEqual([T, 4]);
});

test('refuses inputs that do not fit', () => {
  const params = { weight: weights.tasks, bias: biases.tasks };
  expect(() => layer.apply(params, torch.zeros([T, 5]))).toThrow(ArgumentRangeError);
  expect(() => layer.apply(params, torch.zeros([T, 5]))).toThrow(
    'Expected [..., 4] for the input of layerNorm but received [3, 5]',
  );
  expect(() => layer.apply(params, torch.zeros([2, 4]))).toThrow(
    'Expected [3, ..., 4] for the input of layerNorm but received [2, 4]',
  );
  const deep = torch.ones([1, T, 4]);
  expect(() => layer.apply({ ...params, weight: deep }, x)).toThrow(
    'Expected [D] or [T, D] for the weight of layerNorm but received [1, 3, 4]',
  );
  expect(() => layerNorm({ normalizedShape: 4, eps: -1 })).toThrow('eps of layerNorm');
});
