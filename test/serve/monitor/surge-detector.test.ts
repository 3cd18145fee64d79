import { learnOpinion, newBaseline, standardError } from '../../../lib/serve/monitor/baseline';
import {
  newSurgeState,
  type SurgeSettings,
  type SurgeState,
  surgeMean,
  surgeState,
  surgeStatistic,
  watchItem,
} from '../../../lib/serve/monitor/surge-detector';
import { RandomSource } from '../../../lib/text/random-source';
import { binomialLower, binomialUpper } from '../../../lib/train/metrics/binomial-bound';

const { cbrt, sqrt } = Math;
const SETTINGS: SurgeSettings = { itemsPerFalseAlarm: 10_000, baseline: 200 };

/** What a classifier says of an item of a stream with a share of negative ones. */
type Source = (random: RandomSource, share: number) => number;

/** A classifier that is sure, and one whose probabilities are right but seldom near 0 or 1. */
const sure: Source = (random, share) => (random.nextFloat() < share ? 1 : 0);
const unsure: Source = (random, share) => {
  const most = cbrt(random.nextFloat());
  return random.nextFloat() < share ? most : 1 - most;
};

const watch = (state: SurgeState, score: number, time: number, settings = SETTINGS) =>
  watchItem(state, { negative: score >= 0.5, score }, time, settings);

/** A topic whose baseline has this mean, and never learns another: what is recent is kept out of it. */
function watched(score: number): SurgeState {
  const usual = { items: 1000, share: score, score, variance: 0, squares: 0 };
  return { ...newSurgeState(), usual };
}

/** The expectation of the statistic after n items of a share, over all 2ⁿ sequences. */
function expected(mean: number, share: number, n: number): number {
  const still = { itemsPerFalseAlarm: Number.POSITIVE_INFINITY, baseline: 200 };
  let sum = 0;
  for (let bits = 0; bits < 2 ** n; bits++) {
    const state = watched(mean);
    let probability = 1;
    for (let i = 0; i < n; i++) {
      const x = (bits >> i) & 1;
      probability *= x === 1 ? share : 1 - share;
      watch(state, x, i, still);
    }
    sum += probability * surgeStatistic(state);
  }
  return sum;
}

test('the statistic less the number of items is a martingale at the mean, and falls below it', () => {
  for (const mean of [0.05, 0.3, 0.6]) {
    expect(expected(mean, mean, 10)).toBeCloseTo(10, 9);
    expect(expected(mean, mean * 0.7, 10)).toBeLessThan(10);
    expect(expected(mean, mean * 1.3, 10)).toBeGreaterThan(10);
  }
});

test('a baseline is of all items at first, then of the later ones; it knows how sure it is', () => {
  const random = new RandomSource(5);
  const usual = newBaseline();
  const scores = Array.from({ length: 300 }, () => unsure(random, 0.2));
  for (const score of scores) learnOpinion(usual, { negative: score >= 0.5, score });
  const all = [0.5, ...scores];
  const mean = all.reduce((sum, one) => sum + one, 0) / all.length;
  expect(usual.score).toBeCloseTo(mean, 12);
  const spread = all.reduce((sum, one) => sum + (one - mean) ** 2, 0.25) / all.length;
  expect(usual.variance).toBeCloseTo(spread, 12);
  expect(standardError(usual)).toBeCloseTo(Math.sqrt(spread / all.length), 12);
  expect(usual.share).toBeCloseTo((scores.filter((one) => one >= 0.5).length + 0.5) / 301, 12);
  for (let i = 0; i < 5000; i++) learnOpinion(usual, { negative: true, score: 1 });
  expect(usual.score).toBeGreaterThan(0.98);
  // A memory of N items has the error of 2 N − 1.
  expect(1 / usual.squares).toBeCloseTo(1999, -1);
});

/** The false alarms of streams that never change, in 10,000 watched items. */
function alarmRate(source: Source, share: number, streams: number, length: number): number {
  let alarms = 0;
  for (let seed = 0; seed < streams; seed++) {
    const random = new RandomSource(40_000 + seed);
    const state = newSurgeState();
    for (let i = 0; i < length + 250; i++) {
      if (watch(state, source(random, share), i) !== null) alarms++;
    }
  }
  return (10_000 * alarms) / (streams * length);
}

test('of 10,000 items at most one raises a false alarm, and the rate that is allowed is used', () => {
  for (const source of [sure, unsure]) {
    const rates = [0.05, 0.2, 0.5].map((share) => alarmRate(source, share, 30, 10_000));
    const mean = rates.reduce((sum, one) => sum + one, 0) / rates.length;
    expect(mean).toBeLessThan(1);
    expect(mean).toBeGreaterThan(0.4);
  }
  // Just after a baseline of 200 items it is known least.
  expect(alarmRate(sure, 0.2, 400, 500)).toBeLessThan(1.2);
});

/** Items from the onset of a surge until it is found, of a hundred streams; negative for a false alarm. */
function delaysOf(source: Source, from: number, to: number, onset: number): number[] {
  const errors: number[] = [];
  const delays = Array.from({ length: 100 }, (_, seed) => {
    const random = new RandomSource(70_000 + seed);
    const state = newSurgeState();
    for (let i = 0; i < onset + 500; i++) {
      const surge = watch(state, source(random, i < onset ? from : to), i);
      if (surge === null) continue;
      if (i >= onset) errors.push(Math.abs(surge.since - onset));
      return i + 1 - onset;
    }
    return Infinity;
  });
  const sorted = errors.toSorted((a, b) => a - b);
  expect(sorted[Math.floor(0.5 * sorted.length)]).toBeLessThan(10);
  expect(sorted[Math.floor(0.95 * sorted.length)]).toBeLessThan(60);
  return delays;
}

test('a surge is found within 50 items, and its onset about where it was', () => {
  // In 150,000 items before, 15 false alarms are allowed.
  const within = (delays: number[]) => delays.filter((delay) => delay > 0 && delay <= 50).length;
  const early = (delays: number[]) => delays.filter((delay) => delay <= 0).length;
  const hard = delaysOf(sure, 0.2, 0.6, 1500);
  expect([early(hard) <= 15, within(hard) >= 84]).toEqual([true, true]);
  const soft = delaysOf(unsure, 0.2, 0.8, 1500);
  expect([early(soft) <= 15, within(soft) >= 84]).toEqual([true, true]);
  expect(within(soft) + early(soft)).toBeGreaterThanOrEqual(98);
});

test('probabilities find surges sooner than decisions do', () => {
  const vague: Source = (random, share) => {
    const most = sqrt(random.nextFloat());
    return random.nextFloat() < share ? most : 1 - most;
  };
  const decided: Source = (random, share) => Number(vague(random, share) >= 0.5);
  const median = (delays: number[]) => delays.toSorted((a, b) => a - b)[50] ?? 0;
  const [soft, hard] = [vague, decided].map((source) => median(delaysOf(source, 0.1, 0.9, 400)));
  expect(soft).toBeLessThan(0.85 * (hard ?? 0));
});

test('a surge is told once; it ends with the share, or becomes the baseline', () => {
  const random = new RandomSource(3);
  const state = newSurgeState();
  const alarms: number[] = [];
  const feed = (count: number, share: number): void => {
    for (let i = 0; i < count; i++) {
      if (watch(state, sure(random, share), i) !== null) alarms.push(share);
    }
  };
  feed(800, 0.1);
  feed(200, 0.8);
  expect([alarms, state.surge?.items !== undefined]).toEqual([[0.8], true]);
  feed(100, 0.1);
  expect(state.surge).toBeNull();
  feed(150, 0.8);
  expect(alarms).toEqual([0.8, 0.8]);
  feed(600, 0.8);
  expect(state.surge).toBeNull();
  expect(state.usual.share).toBeGreaterThan(0.7);
  feed(500, 0.8);
  expect(alarms).toHaveLength(2);
});

test('where nearly all is negative nothing surges', () => {
  for (const share of [0.97, 1]) {
    const random = new RandomSource(9);
    const state = newSurgeState();
    const found = Array.from({ length: 25_000 }, (_, i) => watch(state, sure(random, share), i));
    expect(found.filter((surge) => surge !== null)).toEqual([]);
    expect(surgeMean(state.usual)).toBeGreaterThan(0.9);
  }
});

test('a state that is written and read goes on as it would have', () => {
  const random = new RandomSource(11);
  let [state, again] = [newSurgeState(), newSurgeState()];
  for (let i = 0; i < 2000; i++) {
    const score = unsure(random, i > 900 && i < 1100 ? 0.9 : 0.2);
    expect(watch(again, score, i)).toEqual(watch(state, score, i));
    if (i % 100 === 0) again = surgeState(JSON.parse(JSON.stringify(again)), 'state', 'the test');
  }
  expect(again).toEqual(state);
});

test('bounds of shares are those of Clopper and Pearson', () => {
  // scipy.stats.beta.ppf(0.95, 4, 7), and ppf(0.05, 3, 8)
  expect(binomialUpper(3, 10, 0.05)).toBeCloseTo(0.6066, 4);
  expect(binomialLower(3, 10, 0.05)).toBeCloseTo(0.0873, 4);
  expect(binomialUpper(0, 45, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 45), 10);
  expect([binomialUpper(5, 5, 0.05), binomialUpper(0, 0, 0.05)]).toEqual([1, 1]);
  expect([binomialLower(0, 5, 0.05), binomialLower(0, 0, 0.05)]).toEqual([0, 0]);
});
