import fc from 'fast-check';
import { bestThresholds, distinctTexts, multiLabel } from '../../../lib/serve/heads/multi-label';
import { torch } from '../../../lib/torch';

const f1At = (threshold: number, scores: readonly number[], wanted: readonly number[]): number => {
  const given = scores.map((score) => (score > threshold ? 1 : 0));
  const right = given.reduce((sum: number, one, i) => sum + one * (wanted[i] ?? 0), 0);
  const both = given.reduce((a: number, b) => a + b, 0) + wanted.reduce((a, b) => a + b, 0);
  return both === 0 ? 0 : (2 * right) / both;
};

test('no other threshold has a greater F1', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.boolean()), {
        minLength: 1,
        maxLength: 12,
      }),
      (rows) => {
        const scores = rows.map(([score]) => score);
        const wanted = rows.map(([, is]) => Number(is));
        const column = (values: readonly number[]) =>
          torch.tensor(
            values.map((value) => [value]),
            { dtype: 'float32' },
          );
        const threshold = Number(bestThresholds(column(scores), column(wanted)).item());
        const best = f1At(threshold, scores, wanted);
        for (const other of [-10, ...scores.map((score) => score + 0.5)]) {
          expect(best).toBeGreaterThanOrEqual(f1At(other, scores, wanted) - 1e-6);
        }
      },
    ),
  );
});

test('of thresholds with the same F1 the one with the widest gap is taken', () => {
  const scores = torch.tensor([[0.9], [0.8], [0.1], [0]]);
  const wanted = torch.tensor([[1], [1], [0], [0]], { dtype: 'float32' });
  expect(bestThresholds(scores, wanted).item()).toBeCloseTo(0.45, 6);
});

// Texts of two topics: some of one, some of both.
const x = torch.tensor([
  [1, 0, 0],
  [0, 1, 0],
  [0.7, 0.7, 0.1],
  [0.7, 0.7, 0.1],
  [0.9, 0.1, 0.2],
  [0.1, 0.9, -0.2],
]);
const examples = {
  x,
  y: torch.tensor([0n, 1n, 0n, 1n, 0n, 1n]),
  labels: 2,
  keys: Uint32Array.of(1, 2, 3, 3, 4, 5),
};

test('rows of one text are one text with all of its labels', () => {
  const { targets, textOf, first } = distinctTexts(examples);
  expect(first).toEqual([0, 1, 2, 4, 5]);
  expect(textOf.tolist()).toEqual([0n, 1n, 2n, 2n, 3n, 4n]);
  expect(targets.tolist()).toEqual([
    [1, 0],
    [0, 1],
    [1, 1],
    [1, 0],
    [0, 1],
  ]);
});

test('texts whose keys are the same by chance stay two', () => {
  const { first } = distinctTexts({ ...examples, keys: Uint32Array.of(1, 1, 3, 3, 4, 5) });
  expect(first).toEqual([0, 1, 2, 4, 5]);
});

test('a text is the same whatever was encoded with it', () => {
  const rounding = torch.tensor([[0, 1e-7, -1e-7]]);
  const again = { ...examples, x: torch.cat([x.narrow(0, 0, 3), x.narrow(0, 3, 3).add(rounding)]) };
  expect(distinctTexts(again).first).toEqual([0, 1, 2, 4, 5]);
});

test('no threshold is between scores that differ by rounding, and none depends on it', () => {
  const wanted = torch.tensor([[1], [0], [1], [0]], { dtype: 'float32' });
  const thresholds = [0, 3e-8, -3e-8].map((rounding) =>
    bestThresholds(torch.tensor([[0.5 + rounding], [0.5], [0.25], [0]]), wanted).item(),
  );
  for (const threshold of thresholds) expect(threshold).toBeCloseTo(0.125, 6);
  // Two gaps that are as wide: the upper one.
  const even = [0, 3e-8, -3e-8].map((rounding) =>
    bestThresholds(
      torch.tensor([[1], [0.5 + rounding], [0]]),
      torch.tensor([[1], [0], [0]]),
    ).item(),
  );
  for (const threshold of even) expect(threshold).toBeCloseTo(0.75, 6);
});

test('the order of examples does not matter', () => {
  const order = [5, 3, 1, 0, 2, 4];
  const at = torch.tensor(order.map(BigInt));
  const turned = {
    x: x.indexSelect(0, at),
    y: examples.y.indexSelect(0, at),
    labels: 2,
    keys: Uint32Array.from(order, (row) => examples.keys[row] ?? 0),
  };
  const scores = (own: typeof examples) => multiLabel.scores(multiLabel.fit(own), x);
  expect(scores(examples).sub(scores(turned)).abs().max().item()).toBeLessThan(1e-4);
});
