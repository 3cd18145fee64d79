import type { Examples, Head } from '../../../lib/serve/heads/head';
import { heldOutScores, holdOut } from '../../../lib/serve/heads/held-out';
import { logistic } from '../../../lib/serve/heads/logistic';
import { ridge } from '../../../lib/serve/heads/ridge';
import { type Tensor, torch } from '../../../lib/torch';
import { clusters, permuted } from '../clusters';

/** A head that notes how many examples of each label it is fitted to. */
function noting(): { fits: number[][]; head: Head<{ none: Tensor }> } {
  const fits: number[][] = [];
  return {
    fits,
    head: {
      fit: ({ y, labels }) => {
        fits.push((y.bincount(null, labels).tolist() as bigint[]).map(Number));
        return { none: torch.zeros([labels]) };
      },
      scores: ({ none }, x) => none.expand([x.size(0), none.numel()]),
    },
  };
}

const everyOf = (n: number, step: number): number[] =>
  Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);

describe('of 4 labels with 20 examples', () => {
  const examples = clusters({ labels: 4, shots: 20 });

  test.each([
    [1, 5],
    [2, 3],
    [5, 1],
    [10, 1],
  ])('one in %i held out takes %i fits', (step, count) => {
    const { fits, head } = noting();
    const rows = everyOf(80, step);
    const scores = heldOutScores(head, { none: torch.zeros([4]) }, holdOut(examples, rows));
    expect(scores.isfinite().all().item()).toBe(true);
    expect(fits).toHaveLength(count);
    // Each held-out example is missing in one of them.
    expect(80 * count - fits.flat().reduce((a, b) => a + b)).toBe(rows.length);
    expect(Math.min(...fits.flat())).toBeGreaterThanOrEqual(16);
  });

  test('an only example asks for no more of them', () => {
    const { fits, head } = noting();
    const lonely = permuted(examples, [...Array(61).keys()]);
    const scores = heldOutScores(
      head,
      { none: torch.zeros([4]) },
      holdOut(lonely, [3, 25, 44, 60]),
    );
    expect(fits).toHaveLength(1);
    expect(scores.select(0, 3).tolist()).toEqual([0, 0, 0, -Infinity]);
  });
});

test('what a state has chosen holds for the folds, too', () => {
  const examples = clusters({ labels: 4, shots: 5, noise: 0.6 });
  const { head } = noting();
  const asked: unknown[] = [];
  const choosy = {
    ...head,
    fitLike: (like: { none: Tensor }, rest: Examples) => {
      asked.push(like.none.tolist());
      return { none: torch.zeros([rest.labels]) };
    },
  };
  heldOutScores(choosy, { none: torch.tensor([7]) }, holdOut(examples, [0, 6, 12]));
  expect(asked).toEqual([[7]]);
  const chosen = { ...ridge.fit(examples), lambda: torch.tensor(30) };
  const again = ridge.fitLike?.(chosen, examples);
  expect(again?.lambda.item()).toBe(30);
  const [strong, free] = [again?.weights, ridge.fit(examples).weights].map((w) =>
    Number(w?.norm().item()),
  );
  expect(strong).toBeLessThan((free ?? 0) / 2);
});

test('the order of examples and of labels means nothing', () => {
  const { x, y, labels } = clusters({ labels: 4, shots: 5, noise: 0.9 });
  const keys = Uint32Array.from({ length: 20 }, (_, i) => (i * 2654435761) >>> 0);
  const rows = [...keys.keys()];
  const scoresOf = (order: readonly number[], names: readonly number[]) => {
    const own = permuted({ x, y, labels }, order);
    const renamed = torch
      .tensor([...names])
      .to('int64')
      .indexSelect(0, own.y);
    const examples = { ...own, y: renamed, keys: Uint32Array.from(order, (i) => keys[i] ?? 0) };
    const held = holdOut(examples, rows);
    const scores = heldOutScores(logistic, logistic.fit(examples), held).tolist() as number[][];
    const places = rows.map((row) => order.indexOf(row));
    return places.map((place) => names.map((name) => scores[place]?.[name] ?? NaN));
  };
  const expected = scoresOf(rows, [0, 1, 2, 3]);
  const other = scoresOf(
    rows.map((i) => (i * 7 + 3) % 20),
    [2, 0, 3, 1],
  );
  other.forEach((found, i) => {
    found.forEach((score, k) => {
      expect(score).toBeCloseTo(expected[i]?.[k] ?? NaN, 3);
    });
  });
});
