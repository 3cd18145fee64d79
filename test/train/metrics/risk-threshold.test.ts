import { RandomSource } from '../../../lib/text/random-source';
import { riskThreshold } from '../../../lib/train/metrics/risk-threshold';

/** Answers that are right as often as they are sure. */
function calibrated(random: RandomSource, count: number) {
  return Array.from({ length: count }, () => {
    const confidence = 0.5 + random.nextFloat() / 2;
    return { confidence, right: random.nextFloat() < confidence };
  });
}
const NONE = { strange: [], strangeShare: 0.1 };

/** The share of wrong answers above a threshold, of such answers. */
const trueRisk = (threshold: number): number => (1 - threshold) / 2;

test('the promise holds in all but a share of delta of the draws, and answers many', () => {
  let [broken, covered] = [0, 0];
  for (let seed = 0; seed < 200; seed++) {
    const known = calibrated(new RandomSource(seed), 500);
    const found = riskThreshold(known, { risk: 0.15, delta: 0.1, ...NONE });
    if (found === null) continue;
    if (found.bound > 0.15 || trueRisk(found.threshold) > 0.15) broken++;
    covered += found.coverage / 200;
  }
  expect(broken / 200).toBeLessThan(0.1);
  // A threshold of 0.7, which 60 % are above, would be the best.
  expect(covered).toBeGreaterThan(0.2);
});

test('questions out of scope count as wrong answers, by the share that is expected', () => {
  const known = Array.from({ length: 500 }, () => ({ confidence: 0.9, right: true }));
  const strange = Array.from({ length: 200 }, (_, i) => (i < 20 ? 0.95 : 0));
  const options = { risk: 0.05, delta: 0.05, strange };
  const few = riskThreshold(known, { ...options, strangeShare: 0.1 });
  expect(few?.observed).toBeCloseTo((0.1 * 0.1) / (0.1 * 0.1 + 0.9), 10);
  expect(few?.bound).toBeGreaterThan(few?.observed ?? 1);
  expect(riskThreshold(known, { ...options, strangeShare: 0.5 })).toBeNull();
});

test('too little promises nothing', () => {
  const right = (count: number) =>
    Array.from({ length: count }, () => ({ confidence: 1, right: true }));
  expect(riskThreshold(right(20), { risk: 0.1, delta: 0.05, ...NONE })).toBeNull();
  expect(riskThreshold(right(30), { risk: 0.1, delta: 0.05, ...NONE })?.coverage).toBe(1);
  expect(riskThreshold([], { risk: 0.1, delta: 0.05, ...NONE })).toBeNull();
  const unknown = Array.from({ length: 100 }, () => ({ confidence: 0, right: false }));
  expect(riskThreshold(unknown, { risk: 0.1, delta: 0.05, ...NONE })).toBeNull();
});
