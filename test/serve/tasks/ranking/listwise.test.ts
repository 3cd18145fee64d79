import { bestPlaces, fitRanking, scoresOf } from '../../../../lib/serve/tasks/ranking/listwise';
import { torch } from '../../../../lib/torch';

test('learns the feature that decides, and leaves alone one that does not vary', () => {
  const lists = Array.from({ length: 12 }, (_, q) => ({
    rows: [0, 1, 2].map((i) => [i === q % 3 ? 1 : 0, (i * 7 + q) % 5, 3]),
    target: [0, 1, 2].map((i) => (i === q % 3 ? 1 : 0)),
  }));
  const ranking = fitRanking(lists, [1, 1, 1]);
  const [first = 0, second = 0, third = 0] = ranking.weights;
  expect(first).toBeGreaterThan(5 * Math.abs(second));
  expect(third).toBe(0);
  for (const { rows, target } of lists) {
    expect(bestPlaces(scoresOf(ranking, rows), 1)).toEqual([target.indexOf(1)]);
  }
});

test('its weights are where the gradient is 0', () => {
  // One list of two rows and one feature, standardised to ±1: w = 2·(1 − p), p = 1 / (1 + e^(−2w)).
  const { weights, means } = fitRanking([{ rows: [[4], [2]], target: [1, 0] }], [1]);
  const [w = Number.NaN] = weights;
  expect(means).toEqual([3]);
  expect(w).toBeCloseTo(2 * (1 - 1 / (1 + Math.exp(-2 * w))), 3);
});

test('lists of different lengths count as they are', () => {
  torch.scope(() => {
    const short = { rows: [[1], [0]], target: [1, 0] };
    const long = { rows: [[0], [1], [0], [0]], target: [0, 1, 0, 0] };
    const { weights } = fitRanking([short, long], [1]);
    const again = fitRanking([long, short], [1]);
    expect(weights[0]).toBeGreaterThan(0);
    expect(again.weights[0]).toBeCloseTo(weights[0] ?? Number.NaN, 6);
  });
});

test('a feature with a smaller share counts less', () => {
  const lists = [0, 1].map((right) => ({
    rows: [0, 1].map((i) => (i === right ? [1, 1] : [0, 0])),
    target: [0, 1].map((i) => (i === right ? 1 : 0)),
  }));
  const [first = 0, second = 0] = fitRanking(lists, [1, 0.5]).weights;
  expect(first / second).toBeCloseTo(4, 3);
});

test('of equal scores the first comes first', () => {
  expect(bestPlaces([1, 2, 2, 0], 3)).toEqual([1, 2, 0]);
});
