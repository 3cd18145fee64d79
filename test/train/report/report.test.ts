import { type Run, report } from '../../../lib/train';
import { fixture } from '../metrics/scored';
import { exampleQueries } from './example-queries';

const protocol = { dataset: 'banking77', model: 'MAML', ways: 4, shots: 1 };
const OPTIONS = { resamples: 20 };
const runOf = (seed: number, queries = fixture.first.queries): Run => ({
  protocol: { ...protocol, seed },
  queries,
});

test('a report counts what there is, and is the same for the same predictions in any order', () => {
  const made = report({ protocol, queries: exampleQueries() }, OPTIONS);
  expect(made.counts).toEqual({
    queries: 4,
    known: 3,
    outOfScope: 1,
    refused: 1,
    episodes: 2,
    labels: 4,
  });
  expect(made.intervals).toEqual({ unit: 'episode', resamples: 20, seed: 0 });
  // Both episodes: card right, and of two known queries one.
  expect(made.accuracy?.value).toBe(0.75);
  expect(report({ protocol, queries: exampleQueries().reverse() }, OPTIONS)).toEqual(made);
  expect(JSON.parse(JSON.stringify(made))).toEqual(made);
});

test('the hardest texts are those whose label was least probable, with what they were like', () => {
  const { hardest } = report({ protocol, queries: exampleQueries() }, OPTIONS);
  expect(hardest).toEqual([
    {
      source: 'b',
      row: 'x1',
      text: 'a loan',
      label: 'loan',
      asked: 1,
      wrong: 1,
      probability: 0.4,
      predicted: 'card',
      confidence: 0.6,
    },
  ]);
  const again = exampleQueries().flatMap((query) => [query, { ...query, episode: 7 }]);
  const [one] = report({ protocol, queries: again }, OPTIONS).hardest;
  expect(one).toMatchObject({ asked: 2, wrong: 2 });
  expect(report({ protocol, queries: again }, { ...OPTIONS, hardest: 0 }).hardest).toEqual([]);
});

test('several runs are one: their episodes stay apart, and their accuracies have an interval', () => {
  const both = report([runOf(1), runOf(2, fixture.second.queries)], OPTIONS);
  const [one, other] = [runOf(1), runOf(2, fixture.second.queries)].map((run) =>
    report(run, OPTIONS),
  );
  expect(both.counts.episodes).toBe(12);
  expect(both.counts.queries).toBe(96);
  const [a = 0, b = 0] = [one, other].map((made) => made?.accuracy?.value);
  expect(both.accuracy?.value).toBeCloseTo((a + b) / 2, 12);
  expect(both.accuracyOverRuns?.value).toBeCloseTo((a + b) / 2, 12);
  // Two values: s = |a − b|/√2, so that the interval is 1.96·|a − b|/2.
  const half = (both.accuracyOverRuns?.high ?? 0) - (both.accuracyOverRuns?.value ?? 0);
  expect(half).toBeCloseTo((1.96 * Math.abs(a - b)) / 2, 12);
  expect(both.runs.map(({ name, protocol: { seed } }) => [name, seed])).toEqual([
    ['run 1', 1],
    ['run 2', 2],
  ]);
  expect(one?.accuracyOverRuns).toBeNull();
});

test('runs of two models, no runs, no queries and wrong options are refused', () => {
  const other = { protocol: { ...protocol, shots: 5 }, queries: fixture.second.queries };
  expect(() => report([runOf(1), other])).toThrow(
    'Expected the same shots in all runs but received 1 in run 1 and 5 in run 2. A report is of one model',
  );
  expect(() => report([])).toThrow('at least one run');
  expect(() => report({ protocol, queries: [] })).toThrow('at least one query');
  expect(() => report(runOf(1), { resamples: 0 })).toThrow('resamples of report');
  expect(() => report(runOf(1), { draws: 3 } as object)).toThrow('Unknown option draws');
  expect(() => report({ queries: [] } as unknown as Run)).toThrow('protocol of report');
  expect(() => report({ protocol, queries: [{ row: 1 }] } as unknown as Run)).toThrow(
    'queries[0].episode',
  );
});
