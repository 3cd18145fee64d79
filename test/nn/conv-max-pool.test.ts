import { conv1d, convMaxPool, expandTasks } from '../../lib/nn';
import { mapTree, torch } from '../../lib/torch';
import { expectClose, expectGradients, float64 } from '../helpers/gradients';

const options = { inChannels: 3, outChannels: 4, kernelSize: 2 };
const layer = convMaxPool(options);
const params = mapTree(([w]) => w.to('float64'), layer.init(torch.generator(1)));
const x = float64([2, 5, 7, 3]);

test('is the maximum over a convolution, with the same parameters from the same seed', () => {
  const convolution = conv1d({ ...options, padding: 'valid' });
  const same = mapTree(([w]) => w.to('float64'), convolution.init(torch.generator(1)));
  const expected = convolution.apply(same, x).amax([-2]);
  expectClose(layer.apply(params, x), expected);
  expectClose(layer.apply(params, x.select(0, 1)), expected.select(0, 1));
  expectClose(layer.apply(params, x.select(0, 1).select(0, 2)), expected.select(0, 1).select(0, 2));
});

test('each task meets its own parameters, or shared ones', () => {
  const own = {
    weight: torch.stack([params.weight, params.weight.neg()]),
    bias: torch.stack([params.bias ?? x, params.bias ?? x]),
  };
  const y = layer.apply(own, x);
  expect(y.shape).toEqual([2, 5, 4]);
  expectClose(y.select(0, 0), layer.apply(params, x.select(0, 0)));
  const negative = { ...params, weight: params.weight.neg() };
  expectClose(y.select(0, 1), layer.apply(negative, x.select(0, 1)));
  expectClose(layer.apply(expandTasks(params, 2), x), layer.apply(params, x));
  expectClose(layer.apply({ ...own, weight: params.weight }, x), layer.apply(params, x));
  expectClose(layer.apply(own, x.unsqueeze(2)), y.unsqueeze(2));
});

test('a bias may be missing', () => {
  const { weight } = params;
  expectClose(
    layer.apply({ weight }, x),
    layer.apply({ weight, bias: torch.zeros([4], { dtype: 'float64' }) }, x),
  );
});

test('is twice differentiable', () => {
  expectGradients(
    (...[input, weight, bias]) => {
      if (!input || !weight || !bias) throw new Error('too few inputs');
      return layer.apply({ weight, bias }, input);
    },
    [float64([2, 4, 3]), float64([4, 6], 2), float64([4], 3)],
  );
});

test('refuses what does not fit', () => {
  const shortest = x.narrow(2, 0, 2).select(0, 0);
  expectClose(
    layer.apply(params, shortest),
    torch.linear(shortest.flatten(1), params.weight, params.bias ?? null),
  );
  expect(() => layer.apply(params, torch.ones([1, 3]))).toThrow('L at least 2');
  expect(() => layer.apply(expandTasks(params, 5), x.select(0, 0))).toThrow('[5, n, ..., L, D]');
  expect(() => layer.apply(params, torch.ones([5, 2]))).toThrow('[..., L, 3]');
  expect(() => layer.apply(expandTasks(params, 3), x)).toThrow('[3, n, ..., L, D]');
  expect(() => layer.apply({} as never, x)).toThrow(
    'Expected a tensor for the weight of convMaxPool but received undefined',
  );
  expect(() => convMaxPool({ ...options, kernelSize: 0 })).toThrow('kernelSize of convMaxPool');
  expect(() => convMaxPool({ ...options, padding: 'same' } as never)).toThrow('Unknown option');
});
