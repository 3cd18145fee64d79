import { paired } from '../../../lib/train/metrics/paired';
import type { QueryPrediction } from '../../../lib/train/report/predictions';
import { answers, fixture, OPTIONS } from './scored';

const { first, second, mcNemar } = fixture;

test('differences are those of the figures, and swap sign with the models', () => {
  const there = paired(first.queries, second.queries, OPTIONS);
  const back = paired(second.queries, first.queries, OPTIONS);
  for (const name of ['accuracy', 'macroF1', 'ece', 'logLoss', 'auroc'] as const) {
    const { first: a, second: b, difference } = there[name];
    expect(difference?.value).toBeCloseTo((b?.value ?? 0) - (a?.value ?? 0), 12);
    expect(back[name].difference?.value).toBeCloseTo(-(difference?.value ?? 0), 12);
    expect(back[name].difference?.low).toBeCloseTo(-(difference?.high ?? 0), 12);
  }
  expect(there.macroF1.first?.value).toBeCloseTo(first.scores.macroF1 ?? 0, 12);
});

test("McNemar's test has the counts and the probability of SciPy's binomial test", () => {
  const { firstAlone, secondAlone, p } = paired(first.queries, second.queries, OPTIONS).mcNemar;
  expect([firstAlone, secondAlone]).toEqual(mcNemar.alone);
  expect(p).toBeCloseTo(mcNemar.p, 12);
});

test('a model does not differ from itself', () => {
  const { accuracy, ece, mcNemar: own } = paired(first.queries, first.queries, OPTIONS);
  expect(accuracy.difference).toEqual({ value: 0, low: 0, high: 0 });
  expect(ece.difference).toEqual({ value: 0, low: null, high: null });
  expect(own).toMatchObject({ firstAlone: 0, secondAlone: 0, p: 1 });
});

test('the interval of a difference is that of the differences of episodes', () => {
  const queries = (hits: string) =>
    answers(...[...hits].map((hit) => ['yes', hit === '1' ? 0.9 : 0.1] as const)).map((query) => ({
      ...query,
      episode: Math.floor(Number(query.row) / 2),
    }));
  // By episode 0.5, 0 and 1 better, although both are as good as 0.5 on average before.
  const { accuracy } = paired(queries('100100'), queries('110111'), OPTIONS);
  const half = (1.96 * 0.5) / Math.sqrt(3);
  expect(accuracy.difference?.value).toBeCloseTo(0.5, 12);
  expect(accuracy.difference?.low).toBeCloseTo(0.5 - half, 12);
  expect(accuracy.difference?.high).toBeCloseTo(0.5 + half, 12);
});

test.each<[(queries: QueryPrediction[]) => QueryPrediction[], string]>([
  [(all) => all.slice(1), 'episode 0, row 0 in the first and episode 0, row 1 in the second'],
  [(all) => all.slice(0, -1), 'episode 0, row 2 in the first and no more in the second'],
  [
    ([one, ...rest]) => [{ ...one, label: 'no' } as QueryPrediction, ...rest],
    'the same label in both for episode 0, row 0 but received yes and no',
  ],
  [
    ([one, ...rest]) => [{ ...one, probabilities: { yes: 1 } } as QueryPrediction, ...rest],
    'the same choice of labels in both for episode 0, row 0',
  ],
])('other queries are refused by name', (change, message) => {
  const queries = answers(['yes', 0.9], ['no', 0.2], [null, 0.4]);
  expect(() => paired(queries, change(queries), OPTIONS)).toThrow(message);
});

test('a thousand queries that one model alone has right are not by chance', () => {
  const rows = Array.from({ length: 1000 }, () => ['yes', 0.9] as const);
  const wrong = rows.map(() => ['yes', 0.1] as const);
  expect(paired(answers(...wrong), answers(...rows), OPTIONS).mcNemar.p).toBeLessThan(1e-290);
});
