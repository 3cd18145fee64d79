import { kaimingUniform, normal, ones, uniform, xavierUniform, zeros } from '../../lib/nn';
import { torch } from '../../lib/torch';
import { readFixture } from '../helpers/fixture';
import { expectClose, expectNumbers, numbers } from '../helpers/gradients';

type Fixture = { init: Record<'kaimingUniform' | 'xavierUniform' | 'normal', number[]> };

const fixture = readFixture<Fixture>('nn').init;
const seeded = () => torch.generator(11);

test('gives the numbers of PyTorch for the same seed', () => {
  expectNumbers(numbers(kaimingUniform([3, 4], seeded())), fixture.kaimingUniform, 1e-6);
  const wide = xavierUniform([3, 4], seeded(), { gain: 2 });
  expectNumbers(numbers(wide), fixture.xavierUniform, 1e-6);
  expectNumbers(numbers(normal([3, 4], seeded(), { mean: 0.5, std: 2 })), fixture.normal, 1e-6);
});

test('has the defaults of PyTorch: a gain of 1, a mean of 0 and a deviation of 1', () => {
  const single = xavierUniform([3, 4], seeded());
  expectClose(single.mul(2), xavierUniform([3, 4], seeded(), { gain: 2 }), 1e-6);
  const standard = torch.randn([3, 4], { generator: seeded() });
  expectClose(normal([3, 4], seeded()), standard, 0);
});

test('is uniform within its bounds', () => {
  const x = uniform([1000], seeded(), { bound: 0.5 });
  expect(x.abs().max().item()).toBeLessThanOrEqual(0.5);
  expect(x.abs().max().item()).toBeGreaterThan(0.49);
});

test('fills constants, in the dtype asked for', () => {
  expect(zeros([2], seeded()).tolist()).toEqual([0, 0]);
  expect(ones([2], seeded(), { dtype: 'float64' }).dtype).toBe('float64');
  expect(zeros([2], seeded(), { dtype: 'float64' }).dtype).toBe('float64');
  expect(normal([2], seeded(), { dtype: 'float64' }).dtype).toBe('float64');
  for (const init of [kaimingUniform, xavierUniform]) {
    expect(init([2, 2], seeded(), { dtype: 'float64' }).dtype).toBe('float64');
  }
});

test('leaves only its result behind', () => {
  const generator = seeded();
  const before = torch.memory().tensors;
  const made = [kaimingUniform([2, 3], generator), normal([2], generator, { mean: 1, std: 2 })];
  expect(torch.memory().tensors).toBe(before + made.length);
  for (const tensor of made) tensor.dispose();
});

test('refuses generators, numbers and options that are none', () => {
  for (const init of [kaimingUniform, xavierUniform, normal, zeros, ones]) {
    expect(() => init([2, 2], undefined as never)).toThrow(
      /Expected a generator, such as torch.generator\(1\), for the generator of \w+ but received undef/,
    );
  }
  expect(() => normal([2], seeded(), { std: -1 })).toThrow(
    'Expected a number of at least 0 for std of normal but received number -1',
  );
  expect(() => normal([2], seeded(), { mean: Number.NaN })).toThrow('mean of normal');
  expect(() => uniform([2], seeded(), { bound: -1 })).toThrow('bound of uniform');
  expect(() => uniform([2], seeded(), {} as never)).toThrow('bound of uniform');
  expect(() => kaimingUniform([2, 2], seeded(), { a: Number.NaN })).toThrow('a of kaimingUniform');
  expect(() => xavierUniform([2, 2], seeded(), { gain: -1 })).toThrow('gain of xavierUniform');
  expect(() => kaimingUniform([2, 2], seeded(), { gain: 2 } as never)).toThrow(
    'kaimingUniform: Unknown option gain',
  );
});

test.each([xavierUniform, kaimingUniform])('%p refuses a shape that is no array', (init) => {
  expect(() => init(3 as unknown as number[], torch.generator(1))).toThrow(
    `Expected an array of sizes for shape of ${init.name} but received number 3`,
  );
  const sizes = [2, [3]] as unknown as number[];
  expect(() => init(sizes, torch.generator(1))).toThrow(
    `for shape[1] of ${init.name} but received`,
  );
});
