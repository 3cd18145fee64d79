import { type Tensor, torch } from '../../../lib/torch/index';
import {
  expectClose,
  expectGradients,
  expectSameOnThreads,
  expectSameSecondGradientsOfEach,
  expectSameThirdGradients,
  float64,
  numbers,
} from '../../helpers/gradients';

const EPS = 1e-3;
const inputs = (): Tensor[] => [float64([2, 3, 5], 1), float64([2, 5], 2), float64([2, 5], 3)];

const fused = (...[x, weight, bias]: Tensor[]): Tensor =>
  torch.taskLayerNorm(x as Tensor, weight as Tensor, bias as Tensor, EPS);

/** By libtorch's operators. */
function byParts(...[x, weight, bias]: Tensor[]): Tensor {
  const own = x as Tensor;
  const centred = own.sub(own.mean([-1], true));
  const scale = centred.pow(2).mean([-1], true).add(EPS).rsqrt();
  return centred
    .mul(scale)
    .mul((weight as Tensor).unsqueeze(1))
    .add((bias as Tensor).unsqueeze(1));
}

test('is layer normalisation with weights of each task', () => {
  expectClose(fused(...inputs()), byParts(...inputs()));
  const single = inputs().map((part) => part.to('float32'));
  expectClose(fused(...single), byParts(...single), 1e-6);
});

test('rows of any length, in single precision', () => {
  for (const size of [1, 7, 16, 33, 100]) {
    const given = [float64([3, 4, size], 4), float64([3, size], 5), float64([3, size], 6)];
    const exact = given.map((part) => part.detach().requiresGrad_());
    const single = given.map((part) => part.to('float32').requiresGrad_());
    const gradients = (own: Tensor[]): Tensor[] => {
      const first = torch.grad(
        fused(...own)
          .pow(2)
          .sum(),
        own,
        { createGraph: true },
      );
      const sum = first.map((g) => g.sin().sum()).reduce((a, b) => a.add(b));
      return [...first, ...torch.grad(sum, own)];
    };
    const expected = gradients(exact);
    for (const [i, gradient] of gradients(single).entries()) {
      expectClose(gradient, (expected[i] as Tensor).to('float32'), 2e-4);
    }
  }
});

test('has gradients and gradients of gradients', () => {
  expectGradients(fused, inputs());
});

test('its third gradients are those of its parts', () => {
  expectSameThirdGradients(fused, byParts, inputs());
});

test('gradients where only some are asked for', () => {
  expectSameSecondGradientsOfEach(fused, byParts, inputs());
});

test('a tensor that is given twice has both gradients', () => {
  const x = float64([2, 3, 5], 1);
  const third = (fn: typeof fused): Tensor => {
    const w = float64([2, 5], 2).requiresGrad_();
    let value = fn(x.mul(w.unsqueeze(1)), w, w)
      .pow(3)
      .sum();
    for (let order = 1; order < 3; order++) {
      const [g] = torch.grad(value, [w], { createGraph: true });
      value = (g as Tensor).sin().sum();
    }
    return torch.grad(value, [w])[0] as Tensor;
  };
  expectClose(third(fused), third(byParts), 1e-9);
});

test('shared weights and rows that are views', () => {
  const [x, weight, bias] = inputs() as [Tensor, Tensor, Tensor];
  const apart = torch.stack([x, x], 3).select(3, 1);
  expect(apart.isContiguous()).toBe(false);
  const shared = [weight, bias].map((part) => part.narrow(0, 0, 1).expand([2, 5]));
  expectClose(fused(apart, ...shared), byParts(x, ...shared));
});

test('without rows there is nothing to do', () => {
  const [, weight, bias] = inputs() as [Tensor, Tensor, Tensor];
  const x = torch.zeros([2, 0, 5], { dtype: 'float64' }).requiresGrad_();
  const own = weight.requiresGrad_();
  const y = fused(x, own, bias);
  expect(y.shape).toEqual([2, 0, 5]);
  expect(numbers(torch.grad(y.sum(), [own])[0] as Tensor)).toEqual(new Array(10).fill(0));
});

test('the same on any number of threads', () => {
  const shapes = [
    [8, 400, 64],
    [8, 64],
    [8, 64],
  ];
  const given = shapes.map((shape, i) => torch.randn(shape, { generator: torch.generator(i) }));
  expectSameOnThreads(fused, given);
});

test('vmap and autocast, by several operators', () => {
  const [x, weight, bias] = inputs() as [Tensor, Tensor, Tensor];
  const mapped = torch.vmap((each) => fused(each as Tensor, weight, bias));
  expectClose(
    mapped(torch.stack([x, x.mul(2)])) as Tensor,
    torch.stack([byParts(x, weight, bias), byParts(x.mul(2), weight, bias)]),
  );
  const single = inputs().map((part) => part.to('float32'));
  const half = torch.autocast('cpu', 'bfloat16', () => fused(...single));
  expectClose(half.to('float32'), byParts(...single), 0.05);
});

test('says what does not fit', () => {
  const [x, weight, bias] = inputs() as [Tensor, Tensor, Tensor];
  const code = (name: string) => expect.objectContaining({ code: name });
  expect(() => fused(x, weight.select(0, 0), bias)).toThrow(code('ERR_TORCH_SHAPE'));
  expect(() => fused(x, weight, bias.narrow(1, 0, 4))).toThrow(code('ERR_TORCH_SHAPE'));
  expect(() => fused(x, weight, bias.to('float32'))).toThrow(code('ERR_TORCH_DTYPE'));
  expect(() => fused(x, 1 as never, bias)).toThrow('Expected a tensor for weight');
});
