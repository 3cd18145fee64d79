import fc from 'fast-check';
import { torch } from '../../lib/torch';

const draw = (generator: ReturnType<typeof torch.generator>): unknown =>
  torch.randn([4], { generator }).tolist();

test('a seed fixes the stream', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (seed) => {
      expect(draw(torch.generator(seed))).toEqual(draw(torch.generator(seed)));
    }),
    { numRuns: 20 },
  );
  expect(draw(torch.generator(1))).not.toEqual(draw(torch.generator(2)));
});

test('the stream is PyTorch’s own', () => {
  // torch.randn(2, generator=torch.Generator().manual_seed(0)) in Python.
  const [a, b] = torch.randn([2], { generator: torch.generator(0) }).tolist() as number[];
  expect(a).toBeCloseTo(1.5409960746765137, 6);
  expect(b).toBeCloseTo(-0.2934289276599884, 6);
});

test('state is saved and restored', () => {
  const generator = torch.generator(3);
  draw(generator);
  const state = generator.getState();
  const next = draw(generator);
  expect(draw(generator)).not.toEqual(next);
  generator.setState(state);
  expect(draw(generator)).toEqual(next);
});

test('forks are streams of their own, fixed by the seed', () => {
  const generator = torch.generator(5);
  const [first, second] = [generator.fork(), generator.fork()];
  expect(draw(first)).not.toEqual(draw(second));
  expect(draw(torch.generator(5).fork())).toEqual(draw(torch.generator(first.seed)));
  expect(first.seed).not.toBe(generator.seed);
});

test('seeds of forks are the numbers of SplitMix64, from the beginning after manualSeed', () => {
  // The first numbers of its reference implementation for the seed 1234567.
  const numbers = [6457827717110365317n, 3203168211198807973n, 9817491932198370423n];
  const generator = torch.generator(1234567);
  expect(numbers.map(() => generator.fork().seed)).toEqual(numbers);
  generator.manualSeed(1234567);
  expect(numbers.map(() => generator.fork().seed)).toEqual(numbers);
  expect(generator.seed).toBe(1234567n);
  expect(generator.manualSeed(2n ** 64n - 1n).seed).toBe(2n ** 64n - 1n);
  expect(draw(generator)).toEqual(draw(torch.generator(2n ** 64n - 1n)));
});

test('manualSeed seeds the default generator', () => {
  torch.manualSeed(9);
  const first = torch.rand([3]).tolist();
  torch.manualSeed(9);
  expect(torch.rand([3]).tolist()).toEqual(first);
});

test('seeds outside of 64 bits are refused', () => {
  expect(() => torch.generator(-1)).toThrow(RangeError);
  expect(() => torch.generator(2n ** 64n)).toThrow(RangeError);
  expect(() => torch.generator(0.5)).toThrow(RangeError);
  expect(() => torch.generator('1' as never)).toThrow(TypeError);
  expect(() => torch.generator(1, 0 as never)).toThrow('for device but received number 0');
});

test('restore refuses what is no snapshot, and keeps the stream', () => {
  const source = torch.generator(5);
  const expected = torch.generator(5).fork().seed;
  for (const junk of [undefined, {}, { seed: 1n, forks: 0n, state: [1] }]) {
    expect(() => source.restore(junk as never)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }),
    );
  }
  expect(source.fork().seed).toBe(expected);
});

describe('the default generator', () => {
  test('its state is taken and put back', () => {
    torch.manualSeed(5);
    const state = torch.getRngState();
    const first = torch.rand(3);
    torch.setRngState(state);
    expect(torch.rand(3).equal(first)).toBe(true);
    expect(() => torch.setRngState(torch.zeros(3))).toThrow(/uint8/);
    expect(() => torch.setRngState([1] as never)).toThrow('Expected a tensor for state');
  });

  test('its seed is known, and another is drawn', () => {
    torch.manualSeed(2n ** 40n + 1n);
    expect(torch.initialSeed()).toBe(2n ** 40n + 1n);
    const drawn = torch.seed();
    expect(torch.initialSeed()).toBe(drawn);
    expect(torch.seed()).not.toBe(drawn);
  });
});
