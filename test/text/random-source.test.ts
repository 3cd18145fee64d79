import fc from 'fast-check';
import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import { RandomSource } from '../../lib/text/random-source';

const seeds = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

function take(source: RandomSource, count: number): number[] {
  return Array.from({ length: count }, () => source.nextUint32());
}

describe('seeding', () => {
  // Computed apart from this code, in Python's integers, from the two published algorithms.
  test('gives the known outputs', () => {
    expect(take(new RandomSource(42), 5)).toEqual([
      1776835114, 4165204688, 17111135, 2317295270, 2792088233,
    ]);
    expect(take(new RandomSource(2n ** 64n - 1n), 3)).toEqual([477689756, 2493998634, 555695776]);
    expect(new RandomSource(42).nextFloat()).toBe(0.4137016681565887);
  });

  test('takes a number and a bigint for the same seed', () => {
    expect(take(new RandomSource(7n), 4)).toEqual(take(new RandomSource(7), 4));
  });

  test.each([[-1], [1.5], [2 ** 53], [-1n], [2n ** 64n]])('refuses %p', (seed) => {
    expect(() => new RandomSource(seed)).toThrow(ArgumentRangeError);
  });

  test.each([[undefined], ['1']])('refuses %p by its type', (seed) => {
    expect(() => Reflect.construct(RandomSource, [seed])).toThrow(ArgumentTypeError);
  });
});

describe('fork', () => {
  test('gives the known outputs', () => {
    expect(take(new RandomSource(42).fork(7), 3)).toEqual([1506352438, 1478692832, 172311098]);
  });

  test('depends on seed and stream, not on what was drawn', () => {
    fc.assert(
      fc.property(seeds, fc.nat(), fc.nat(20), (seed, stream, drawn) => {
        const used = new RandomSource(seed);
        take(used, drawn);
        expect(take(used.fork(stream), 3)).toEqual(take(new RandomSource(seed).fork(stream), 3));
      }),
    );
  });

  test('leaves its source as it was', () => {
    const source = new RandomSource(5);
    source.fork(0);
    expect(take(source, 3)).toEqual(take(new RandomSource(5), 3));
  });

  test('gives streams that differ from each other and from their source', () => {
    const source = new RandomSource(1);
    const firsts = Array.from({ length: 1000 }, (_, i) => take(source.fork(i), 2).join());
    expect(new Set([...firsts, take(source, 2).join()]).size).toBe(1001);
  });

  test.each([[-1], [0.5], [Number.MAX_SAFE_INTEGER]])('refuses stream %d', (stream) => {
    expect(() => new RandomSource(0).fork(stream)).toThrow(ArgumentRangeError);
  });
});

test('nextFloat is in [0, 1) with the moments of the uniform distribution', () => {
  const source = new RandomSource(3);
  const values = Array.from({ length: 100_000 }, () => source.nextFloat());
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const square = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(mean).toBeCloseTo(1 / 2, 2);
  expect(square).toBeCloseTo(1 / 3, 2);
  expect(values.some((x) => !Number.isInteger(x * 2 ** 32))).toBe(true);
});

describe('int', () => {
  test('is in [0, n)', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 32 }), (seed, n) => {
        const x = new RandomSource(seed).int(n);
        expect(Number.isInteger(x) && x >= 0 && x < n).toBe(true);
      }),
    );
  });

  test('is without bias where a bare remainder would be: n = 3 · 2^30', () => {
    const source = new RandomSource(11);
    let low = 0;
    for (let i = 0; i < 20_000; i++) if (source.int(3 * 2 ** 30) < 2 ** 30) low++;
    // A remainder gives 1/2; four standard deviations of 1/3 are 0.0133.
    expect(Math.abs(low / 20_000 - 1 / 3)).toBeLessThan(0.0133);
  });

  test('gives every value equally often: chi-square of 10 values', () => {
    const source = new RandomSource(12);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 50_000; i++) {
      const x = source.int(10);
      counts[x] = (counts[x] ?? 0) + 1;
    }
    const total = counts.reduce((sum, n) => sum + n, 0);
    const chiSquare = counts.reduce((sum, n) => sum + (n - total / 10) ** 2 / (total / 10), 0);
    expect(chiSquare).toBeLessThan(27.9); // the 99.9 % point at 9 degrees of freedom
  });

  test('draws again from where the last run of n numbers is incomplete on', () => {
    const [, second = 0, third] = take(new RandomSource(42), 3);
    expect(second).toBeGreaterThan(2 ** 31);
    for (const n of [second, second - 1]) {
      const source = new RandomSource(42);
      source.nextUint32();
      // There is one whole run, which ends before the second number.
      expect(source.int(n)).toBe(third);
    }
    const source = new RandomSource(42);
    source.nextUint32();
    expect(source.int(second + 1)).toBe(second);
  });

  test.each([[0], [-1], [1.5], [2 ** 32 + 1]])('refuses n = %d', (n) => {
    expect(() => new RandomSource(0).int(n)).toThrow(ArgumentRangeError);
  });
});

describe('sample and shuffle', () => {
  test('draw without replacement, leaving the items alone', () => {
    fc.assert(
      fc.property(seeds, fc.nat(60), fc.nat(60), (seed, n, k) => {
        const items = Array.from({ length: n }, (_, i) => i);
        const count = Math.min(n, k);
        const drawn = new RandomSource(seed).sample(items, count);
        expect(drawn).toHaveLength(count);
        expect(new Set(drawn).size).toBe(count);
        expect(drawn.every((x) => x >= 0 && x < n)).toBe(true);
        expect(items).toEqual(Array.from({ length: n }, (_, i) => i));
        expect(new RandomSource(seed).shuffle(items).sort((a, b) => a - b)).toEqual(items);
      }),
    );
  });

  test('every ordered pair of 5 items is equally likely', () => {
    const source = new RandomSource(21);
    const counts = new Map<string, number>();
    for (let i = 0; i < 40_000; i++) {
      const pair = source.sample(['a', 'b', 'c', 'd', 'e'], 2).join('');
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    expect(counts.size).toBe(20);
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(43.8); // the 99.9 % point at 19 degrees of freedom
  });

  test('every permutation of 4 items is equally likely', () => {
    const source = new RandomSource(22);
    const counts = new Map<string, number>();
    for (let i = 0; i < 48_000; i++) {
      const order = source.shuffle([0, 1, 2, 3]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(49.7); // the 99.9 % point at 23 degrees of freedom
  });

  test('refuse more than there is', () => {
    expect(() => new RandomSource(0).sample([1, 2], 3)).toThrow(
      'Expected an integer from 0 to 2 for count of RandomSource but received number 3',
    );
  });

  test('keep nested arrays whole', () => {
    expect(new RandomSource(0).sample([[1, 2]], 1)).toEqual([[1, 2]]);
  });
});
