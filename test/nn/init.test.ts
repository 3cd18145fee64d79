import { kaimingUniform, normal, ones, uniform, xavierUniform, zeros } from '../../lib/nn';
import { torch } from '../../lib/torch';
import { readFixture } from '../helpers/fixture';
import { expectNumbers, numbers } from '../helpers/gradients';

type Fixture = { init: Record<'kaimingUniform' | 'xavierUniform' | 'normal', number[]> };

const fixture = readFixture<Fixture>('nn').init;
const seeded = () => torch.generator(11);

test('gives the numbers of PyTorch for the same seed', () => {
  expectNumbers(numbers(kaimingUniform([3, 4], seeded())), fixture.kaimingUniform, 1e-6);
  const wide = xavierUniform([3, 4], seeded(), { gain: 2 });
  expectNumbers(numbers(wide), fixture.xavierUniform, 1e-6);
  expectNumbers(numbers(normal([3, 4], seeded(), { mean: 0.5, std: 2 })), fixture.normal, 1e-6);
});

test('is uniform within its bounds', () => {
  const x = uniform([1000], seeded(), { bound: 0.5 });
  expect(x.abs().max().item()).toBeLessThanOrEqual(0.5);
  expect(x.abs().max().item()).toBeGreaterThan(0.49);
});

test('fills constants, in the dtype asked for', () => {
  expect(zeros([2], seeded()).tolist()).toEqual([0, 0]);
  expect(ones([2], seeded(), { dtype: 'float64' }).dtype).toBe('float64');
  expect(kaimingUniform([2, 2], seeded(), { dtype: 'float64' }).dtype).toBe('float64');
});

test('leaves only its result behind', () => {
  const generator = seeded();
  const before = torch.memory().tensors;
  const made = [kaimingUniform([2, 3], generator), normal([2], generator, { mean: 1, std: 2 })];
  expect(torch.memory().tensors).toBe(before + made.length);
  for (const tensor of made) tensor.dispose();
});
