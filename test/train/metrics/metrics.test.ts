import fc from 'fast-check';
import { accuracy } from '../../../lib/train/metrics/accuracy';
import { calibration, calibrationError } from '../../../lib/train/metrics/calibration';
import { classScores } from '../../../lib/train/metrics/class-scores';
import { confusions } from '../../../lib/train/metrics/confusion';
import { groupsOf, lengthsOf } from '../../../lib/train/metrics/groups';
import { latency } from '../../../lib/train/metrics/latency';
import { auroc, outOfScope } from '../../../lib/train/metrics/out-of-scope';
import { selective } from '../../../lib/train/metrics/selective';
import type { QueryPrediction } from '../../../lib/train/report/predictions';
import { answers, anyQueries, fixture, OPTIONS, tableOf } from './scored';

/** Every figure that there is. */
function allOf(queries: readonly QueryPrediction[]) {
  const table = tableOf(queries);
  return {
    accuracy: accuracy(table),
    classes: classScores(table, OPTIONS),
    confusions: confusions(table),
    calibration: calibration(table, OPTIONS),
    outOfScope: outOfScope(table, OPTIONS),
    selective: selective(table, OPTIONS),
    latency: latency(table, OPTIONS),
    groups: groupsOf(table, OPTIONS),
    lengths: lengthsOf(table, OPTIONS),
  };
}

describe.each(['first', 'second'] as const)("scikit-learn's figures of the %s model", (name) => {
  const { queries, scores } = fixture[name];
  const all = allOf(queries);

  test('accuracy, precision, recall and F1, also of a class that is never answered', () => {
    const known = queries.filter(({ label }) => label !== null);
    const oneEpisode = tableOf(known.map((query) => ({ ...query, episode: 0 })));
    expect(accuracy(oneEpisode)?.value).toBeCloseTo(scores.accuracy ?? 0, 12);
    const { macroF1, balancedAccuracy, classes } = all.classes;
    expect(macroF1?.value).toBeCloseTo(scores.macroF1 ?? 0, 12);
    expect(balancedAccuracy?.value).toBeCloseTo(scores.balancedAccuracy ?? 0, 12);
    for (const [i, { label, precision, recall, f1, queries: asked }] of classes.entries()) {
      expect(asked).toBe(scores.support?.[i]);
      expect(recall?.value).toBeCloseTo(scores.recall?.[i] ?? 0, 12);
      expect(f1?.value).toBeCloseTo(scores.f1?.[i] ?? 0, 12);
      if (label === 'never') expect(precision).toBeNull();
      else expect(precision?.value).toBeCloseTo(scores.precision?.[i] ?? 0, 12);
    }
  });

  test('calibration', () => {
    const { ece, brier, logLoss } = all.calibration;
    expect(ece?.value).toBeCloseTo(scores.ece ?? 0, 12);
    expect(brier?.value).toBeCloseTo(scores.brier ?? 0, 12);
    expect(logLoss?.value).toBeCloseTo(scores.logLoss ?? 0, 10);
  });

  test('out of scope, risk and coverage, latency', () => {
    expect(all.outOfScope?.auroc?.value).toBeCloseTo(scores.auroc ?? 0, 12);
    expect(all.outOfScope?.fprAt95?.value).toBeCloseTo(scores.fprAt95 ?? 0, 12);
    expect(all.selective.aurc?.value).toBeCloseTo(scores.aurc ?? 0, 12);
    const { p50, p90, p95, p99, mean } = all.latency ?? {};
    expect([p50, p90, p95, p99].map((figure) => figure?.value)).toEqual(scores.quantiles);
    expect(mean?.value).toBeCloseTo(scores.mean ?? 0, 12);
  });
});

test('the accuracy of episodes is their mean ± 1.96·s/√n, of one episode a share of its queries', () => {
  const [hit, miss] = [answers(['yes', 0.9])[0], answers(['yes', 0.2])[0]];
  const queries = [hit, hit, hit, miss, miss, miss].flatMap((query, row) =>
    query ? [{ ...query, row, episode: Math.floor(row / 2) }] : [],
  );
  const half = (1.96 * 0.5) / Math.sqrt(3);
  const { value, low, high } = accuracy(tableOf(queries)) ?? {};
  expect([value, low, high]).toEqual([0.5, 0.5 - half, 0.5 + half]);
  const one = accuracy(tableOf(queries.map((query) => ({ ...query, episode: 0 }))));
  // Wilson's of 3 of 6: (0.5 + z²/12 ± z √(0.25/6 + z²/144)) / (1 + z²/6).
  expect(one?.low).toBeCloseTo(0.18761, 4);
  expect(one?.high).toBeCloseTo(0.81239, 4);
});

test('everything right has no error, and intervals that few queries make wide', () => {
  const all = allOf(answers(['yes', 1], ['no', 0], ['yes', 1]));
  expect(all.accuracy).toMatchObject({ value: 1, high: 1 });
  expect(all.accuracy?.low).toBeCloseTo(0.4385, 3);
  // Draws are all alike, which says nothing.
  expect(all.classes.macroF1).toEqual({ value: 1, low: null, high: null });
  expect(all.classes.classes[0]?.recall?.low).toBeLessThan(0.3);
  expect(all.calibration.ece?.value).toBe(0);
  expect(all.calibration.logLoss?.value).toBe(0);
  expect(all.selective.curve).toEqual([{ threshold: 1, coverage: 1, risk: 0 }]);
  expect([all.outOfScope, all.latency, all.lengths]).toEqual([null, null, null]);
});

test('one class, one query: figures without an interval of draws', () => {
  const [query] = answers(['yes', 0.8]);
  const all = allOf(query ? [{ ...query, probabilities: { yes: 1 } }] : []);
  expect(all.classes.macroF1).toEqual({ value: 1, low: null, high: null });
  expect(all.accuracy?.value).toBe(1);
  expect(all.confusions).toEqual([{ label: 'yes', predicted: 'yes', queries: 1 }]);
});

test('queries out of scope alone have no accuracy', () => {
  const all = allOf(answers([null, 0.9], [null, 0.4]));
  expect(all.accuracy).toBeNull();
  expect(all.classes.macroF1).toBeNull();
  expect(all.calibration).toMatchObject({ ece: null, brier: null, logLoss: null });
  expect(all.selective).toEqual({ aurc: null, curve: [] });
  expect(all.outOfScope).toBeNull();
});

test('what was refused is not found, and shows among the confusions', () => {
  const queries = answers(['yes', 0.9], ['yes', 0.8], ['no', 0.1], [null, 0.6], [null, 0.9]);
  const refused = queries.map((query, i) => (i % 2 === 1 ? { ...query, predicted: null } : query));
  const all = allOf(refused);
  expect(all.classes.classes.map(({ recall }) => recall?.value)).toEqual([1, 0.5]);
  expect(all.outOfScope?.refused.known?.value).toBeCloseTo(1 / 3, 12);
  expect(all.outOfScope?.refused.outOfScope?.value).toBe(0.5);
  expect(all.confusions).toContainEqual({ label: 'yes', predicted: null, queries: 1 });
  expect(all.confusions).toContainEqual({ label: null, predicted: 'yes', queries: 1 });
});

test('AUROC counts ties half, and the error of calibration is that of its bins', () => {
  expect(auroc([3, 2], [2, 1])).toBe(3.5 / 4);
  expect(auroc([1], [])).toBeNaN();
  // Bins of 1/15: 0.95 and 1 are in the last, 0.5 in another.
  expect(calibrationError([0.95, 1, 0.5], [1, 0, 1])).toBeCloseTo((0.95 + 0.5) / 3, 12);
});

test('groups, their gap, and those too small to be the worst', () => {
  const rows = (language: string, right: number, all: number) =>
    Array.from({ length: all }, (_, i) => ({ language, yes: i < right ? 0.9 : 0.1 }));
  const given = [...rows('en', 18, 20), ...rows('de', 10, 20), ...rows('fr', 0, 3)];
  const queries = answers(...given.map(({ yes }) => ['yes', yes] as const)).map((query, i) => ({
    ...query,
    text: 'x'.repeat(i),
    ...(given[i]?.language !== 'fr' && { groups: { language: given[i]?.language ?? '' } }),
    source: given[i]?.language ?? '',
  }));
  const [language, source] = groupsOf(tableOf(queries), { resamples: 500, seed: 1 });
  expect(language).toMatchObject({ name: 'language', without: 3, worst: 'de', best: 'en' });
  expect(language?.gap?.value).toBeCloseTo(0.4, 12);
  expect(language?.gap?.low).toBeGreaterThan(0.05);
  expect(language?.gap?.high).toBeLessThan(0.75);
  expect(source).toMatchObject({ name: 'source', without: 0, worst: 'de', best: 'en' });
  expect(source?.groups.map(({ value, queries: n }) => [value, n])).toEqual([
    ['de', 20],
    ['en', 20],
    ['fr', 3],
  ]);
  const lengths = lengthsOf(tableOf(queries), OPTIONS);
  expect(lengths?.groups.map(({ value, queries: n }) => [value, n])).toEqual([
    ['0 to 20', 21],
    ['21 to 40', 20],
    ['41 to 80', 2],
  ]);
});

test('the order of queries moves no figure, and no interval', () => {
  fc.assert(
    fc.property(anyQueries, fc.infiniteStream(fc.nat()), (queries, keys) => {
      // Rows that are there twice have no order of their own.
      const own = queries.map((query, row) => ({ ...query, row }));
      const shuffled = own
        .map((query) => ({ query, key: keys.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ query }) => query);
      expect(allOf(shuffled)).toEqual(allOf(own));
    }),
    { numRuns: 60 },
  );
});

test('figures are within their ranges, and within their intervals where those are of shares', () => {
  fc.assert(
    fc.property(anyQueries, (queries) => {
      const all = allOf(queries);
      const shares = [
        ...all.classes.classes.flatMap(({ precision, recall }) => [precision, recall]),
        ...all.groups.flatMap(({ groups }) => groups.map((group) => group.accuracy)),
        ...all.calibration.bins.map((bin) => bin.accuracy),
      ];
      for (const figure of shares) {
        if (figure === null) continue;
        const { value, low, high } = figure;
        expect(value).toBeGreaterThanOrEqual(low ?? value);
        expect(value).toBeLessThanOrEqual(high ?? value);
        expect([low ?? 0, 1 - (high ?? 1)].every((end) => end >= 0)).toBe(true);
      }
      const total = all.confusions.reduce((sum, one) => sum + one.queries, 0);
      expect(total).toBe(queries.length);
      const { curve = [] } = all.outOfScope ?? {};
      for (const [i, point] of curve.entries()) {
        expect(point.known).toBeGreaterThanOrEqual(curve[i - 1]?.known ?? 0);
        expect(point.outOfScope).toBeGreaterThanOrEqual(curve[i - 1]?.outOfScope ?? 0);
      }
    }),
    { numRuns: 60 },
  );
});

test('no queries, and a familiarity of some alone, are refused', () => {
  expect(() => tableOf([])).toThrow('at least one query');
  const [one, other] = answers(['yes', 0.9], [null, 0.2]);
  expect(() => tableOf([{ ...one, familiarity: 3 }, other] as QueryPrediction[])).toThrow(
    'Expected a familiarity for all queries or none but received 1 for 2',
  );
});
