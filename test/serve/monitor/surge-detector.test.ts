import {
  newSurgeState,
  type SurgeSettings,
  type SurgeState,
  surgeStatistic,
  watchItem,
} from '../../../lib/serve/monitor/surge-detector';
import { RandomSource } from '../../../lib/text/random-source';
import { binomialLower, binomialUpper } from '../../../lib/train/metrics/binomial-bound';

const SETTINGS: SurgeSettings = { itemsPerFalseAlarm: 10_000, baseline: 200 };

/** A topic whose baseline has this bound, and never learns another. */
const watched = (bound: number): SurgeState => ({ ...newSurgeState(), bound });
const STILL: SurgeSettings = { itemsPerFalseAlarm: Number.POSITIVE_INFINITY, baseline: 1e9 };

/** The expectation of the statistic after n items of a share, over all 2ⁿ sequences. */
function expected(bound: number, share: number, n: number): number {
  let sum = 0;
  for (let bits = 0; bits < 2 ** n; bits++) {
    const state = watched(bound);
    let probability = 1;
    for (let i = 0; i < n; i++) {
      const negative = ((bits >> i) & 1) === 1;
      probability *= negative ? share : 1 - share;
      watchItem(state, negative, i, STILL);
    }
    sum += probability * surgeStatistic(state);
  }
  return sum;
}

test('the statistic less the number of items is a martingale at the bound, and falls below it', () => {
  for (const bound of [0.05, 0.3, 0.6]) {
    expect(expected(bound, bound, 10)).toBeCloseTo(10, 9);
    expect(expected(bound, bound * 0.7, 10)).toBeLessThan(10);
    expect(expected(bound, bound * 1.3, 10)).toBeGreaterThan(10);
  }
});

/** The items until the first alarm of a stream whose share may rise after `onset` items. */
function run(seed: number, shares: [number, number], onset: number, most: number) {
  const random = new RandomSource(seed);
  const state = newSurgeState();
  for (let i = 0; i < most; i++) {
    const share = i < onset ? shares[0] : shares[1];
    const surge = watchItem(state, random.nextFloat() < share, i, SETTINGS);
    if (surge !== null) return { at: i, surge };
  }
  return undefined;
}

test('false alarms are rarer than one in 10,000 items, whatever the share', () => {
  let [items, alarms] = [0, 0];
  for (const share of [0.05, 0.2, 0.5]) {
    for (let seed = 0; seed < 11; seed++) {
      const found = run(seed, [share, share], Infinity, 10_000);
      items += (found?.at ?? 9_999) + 1;
      if (found !== undefined) alarms++;
    }
  }
  expect(items).toBeGreaterThan(250_000);
  expect(alarms / items).toBeLessThan(1 / 10_000);
});

test('a surge is found within 50 items, and its onset about where it was', () => {
  const delays: number[] = [];
  for (let seed = 0; seed < 100; seed++) {
    const { at, surge } = run(seed, [0.2, 0.75], 1500, 2000) ?? { at: Infinity, surge: null };
    delays.push(at - 1500);
    if (at >= 1500) expect(Math.abs((surge?.since ?? 0) - 1500)).toBeLessThan(40);
  }
  // Before the onset there are 150,000 items, in which 15 false alarms are allowed.
  const found = delays.filter((delay) => delay >= 0).toSorted((a, b) => a - b);
  expect(found.length).toBeGreaterThan(85);
  expect(found[Math.floor(0.95 * found.length)]).toBeLessThan(50);
});

test('a surge is told once; it ends with the share, or becomes the baseline', () => {
  const random = new RandomSource(3);
  const state = newSurgeState();
  const alarms: number[] = [];
  const feed = (count: number, share: number): void => {
    for (let i = 0; i < count; i++) {
      if (watchItem(state, random.nextFloat() < share, i, SETTINGS) !== null) alarms.push(share);
    }
  };
  feed(800, 0.1);
  feed(200, 0.8);
  expect([alarms, state.surging]).toEqual([[0.8], true]);
  feed(100, 0.1);
  expect(state.surging).toBe(false);
  feed(150, 0.8);
  expect(alarms).toEqual([0.8, 0.8]);
  feed(600, 0.8);
  expect(state.surging).toBe(false);
  expect(state.bound).toBeGreaterThan(0.8);
  feed(500, 0.8);
  expect(alarms).toHaveLength(2);
});

test('bounds of shares are those of Clopper and Pearson', () => {
  // scipy.stats.beta.ppf(0.95, 4, 7), and ppf(0.05, 3, 8)
  expect(binomialUpper(3, 10, 0.05)).toBeCloseTo(0.6066, 4);
  expect(binomialLower(3, 10, 0.05)).toBeCloseTo(0.0873, 4);
  expect(binomialUpper(0, 45, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 45), 10);
  expect([binomialUpper(5, 5, 0.05), binomialUpper(0, 0, 0.05)]).toEqual([1, 1]);
  expect([binomialLower(0, 5, 0.05), binomialLower(0, 0, 0.05)]).toEqual([0, 0]);
});
