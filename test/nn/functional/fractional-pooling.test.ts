import { functional as F } from '../../../lib/nn';
import { type Tensor, torch } from '../../../lib/torch';
import { float64 } from '../../helpers/gradients';

const seeded = () => torch.generator(3);
const images = float64([2, 3, 9, 7]);

test('the same as the operator with the places that the generator draws', () => {
  const samples = torch.rand([2, 3, 2], { dtype: 'float64', generator: seeded() });
  const [values, indices] = images.fractionalMaxPool2d(2, [4, 3], samples);
  const found = F.fractionalMaxPool2dWithIndices(images, 2, {
    outputSize: [4, 3],
    generator: seeded(),
  });
  expect(found[0].equal(values)).toBe(true);
  expect(found[1].equal(indices)).toBe(true);
});

test.each<[string, number, Tensor, (x: Tensor) => Tensor[], number[]]>([
  [
    'images, by a ratio',
    2,
    images,
    (x) => [...F.fractionalMaxPool2dWithIndices(x, 3, { outputRatio: [0.5, 0.6] })],
    [2, 3, 4, 4],
  ],
  [
    'one image',
    2,
    images.select(0, 0),
    (x) => [...F.fractionalMaxPool2dWithIndices(x, 2, { outputSize: 3 })],
    [3, 3, 3],
  ],
  [
    'volumes',
    3,
    float64([2, 2, 6, 5, 4]),
    (x) => [...F.fractionalMaxPool3dWithIndices(x, 2, { outputSize: [3, 2, 2] })],
    [2, 2, 3, 2, 2],
  ],
  [
    'a volume, by one ratio',
    3,
    float64([2, 6, 6, 6]),
    (x) => [...F.fractionalMaxPool3dWithIndices(x, 2, { outputRatio: 0.5 })],
    [2, 3, 3, 3],
  ],
])('of %s: the values at the places', (_, ndim, x, pool, shape) => {
  const [values, indices] = pool(x) as [Tensor, Tensor];
  expect(values.shape).toEqual(shape);
  const kept = x.ndim - ndim;
  const planes = x.flatten(kept);
  expect(planes.gather(kept, indices.flatten(kept)).equal(values.flatten(kept))).toBe(true);
});

test('without places, differentiable, and nothing is left', () => {
  const own = { outputSize: 3, generator: seeded() };
  expect(F.fractionalMaxPool2d(images, 2, own).shape).toEqual([2, 3, 3, 3]);
  expect(F.fractionalMaxPool3d(float64([1, 6, 6, 6]), 2, own).shape).toEqual([1, 3, 3, 3]);
  const pooled = (x: Tensor): Tensor =>
    F.fractionalMaxPool2d(x, 2, { outputSize: 3, generator: seeded() });
  const input = float64([1, 5, 5], 2).requiresGrad_();
  expect(torch.gradcheck(pooled, [input])).toBe(true);
  expect(torch.gradgradcheck(pooled, [input])).toBe(true);
  torch.assertNoLeaks(() => torch.scope(() => void pooled(images)));
});

test('gives the places too where they are asked for', () => {
  const options = { outputSize: 2, generator: torch.generator(3) };
  const both = F.fractionalMaxPool2d(images, 2, { ...options, returnIndices: true });
  const found = F.fractionalMaxPool2dWithIndices(images, 2, {
    ...options,
    generator: torch.generator(3),
  });
  expect(both.output.equal(found[0])).toBe(true);
  expect(both.indices.equal(found.indices)).toBe(true);
});

test.each<[string, () => unknown, string]>([
  [
    'no size',
    () => F.fractionalMaxPool2d(images, 2, {}),
    'Expected outputSize or outputRatio for fractionalMaxPool2d but received neither',
  ],
  [
    'a ratio of 1',
    () => F.fractionalMaxPool2d(images, 2, { outputRatio: 1 }),
    'Expected a number in (0, 1) for outputRatio',
  ],
  [
    'one ratio of two',
    () => F.fractionalMaxPool2d(images, 2, { outputRatio: [0.5] }),
    'outputRatio[1]',
  ],
  [
    'a matrix',
    () => F.fractionalMaxPool2d(float64([3, 3]), 2, { outputSize: 2 }),
    'Expected 3 or 4 dimensions for the input',
  ],
  ['no tensor', () => F.fractionalMaxPool3d(1 as never, 2, { outputSize: 2 }), 'a tensor'],
  ['a window that is too large', () => F.fractionalMaxPool2d(images, 9, { outputSize: 2 }), ''],
])('%s is refused', (_, call, message) => {
  expect(call).toThrow(message);
});
