import { conv1d, expandTasks } from '../../lib/nn';
import { mapTree, torch } from '../../lib/torch';
import { expectClose, expectGradients, float64 } from '../helpers/gradients';

const x = float64([2, 7, 3]);

test.each([
  ['same', 3, 1, [1, 1]],
  ['same', 2, 2, [1, 1]],
  ['same', 2, 1, [0, 1]],
  ['causal', 2, 4, [4, 0]],
  ['valid', 3, 2, [0, 0]],
] as const)(
  '%s, kernel %i, dilation %i: equals libtorch',
  (padding, kernelSize, dilation, zeros) => {
    const layer = conv1d({ inChannels: 3, outChannels: 4, kernelSize, dilation, padding });
    const params = mapTree(([w]) => w.to('float64'), layer.init(torch.generator(1)));
    const weight = params.weight.unflatten(1, [kernelSize, 3]).mT;
    const padded = x.mT.constantPadNd(zeros);
    const exact = torch.conv1d(padded, weight, params.bias ?? null, 1, 0, dilation).mT;
    expectClose(layer.apply(params, x), exact);
    expectClose(layer.apply(expandTasks(params, 2), x.unsqueeze(1)), exact.unsqueeze(1));
  },
);

test('is as long as its input unless asked otherwise', () => {
  const options = { inChannels: 3, outChannels: 2, kernelSize: 3 };
  const params = mapTree(([w]) => w.to('float64'), conv1d(options).init(torch.generator(1)));
  const same = conv1d({ ...options, padding: 'same', dilation: 1 });
  expectClose(conv1d(options).apply(params, x), same.apply(params, x), 0);
});

test('a causal convolution sees no later step', () => {
  const layer = conv1d({ inChannels: 3, outChannels: 2, kernelSize: 2, padding: 'causal' });
  const params = mapTree(([w]) => w.to('float64'), layer.init(torch.generator(1)));
  const some = layer.apply(params, x.narrow(1, 0, 4));
  expectClose(some, layer.apply(params, x).narrow(1, 0, 4));
});

test('is twice differentiable', () => {
  const layer = conv1d({ inChannels: 3, outChannels: 2, kernelSize: 2 });
  expectGradients(
    (...[input, weight, bias]) => {
      if (!input || !weight || !bias) throw new Error('too few inputs');
      return layer.apply({ weight, bias }, input);
    },
    [float64([1, 4, 3]), float64([2, 6], 2), float64([2], 3)],
  );
});

test('refuses what does not fit', () => {
  const layer = conv1d({ inChannels: 3, outChannels: 2, kernelSize: 3, padding: 'valid' });
  const params = layer.init(torch.generator(1));
  expect(() => layer.apply(params, torch.ones([2, 3]))).toThrow('L at least 3');
  expect(() => layer.apply(params, torch.ones([4, 2]))).toThrow('[..., L, 3]');
  const filters = conv1d({ inChannels: 3, outChannels: 2, kernelSize: 3 });
  expect(() => filters.apply(params, torch.ones([0, 3]))).toThrow('L at least 1');
  expect(() => conv1d({ inChannels: 3, outChannels: 2, kernelSize: 0 })).toThrow('kernelSize');
  expect(() =>
    conv1d({ inChannels: 3, outChannels: 2, kernelSize: 1, padding: 'full' as never }),
  ).toThrow("Expected 'same', 'causal' or 'valid' for padding of conv1d");
});
