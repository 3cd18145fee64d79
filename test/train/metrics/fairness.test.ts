import { fairness, type QueryPrediction } from '../../../lib/train';

/** Queries of a group: how many of those who should get a loan do, and of those who should not. */
function queries(region: string, counts: [number, number, number, number]): QueryPrediction[] {
  const [found, missed, wrong, right] = counts;
  const some = (count: number, label: string, predicted: string): QueryPrediction[] =>
    Array.from({ length: count }, (_, i) => ({
      episode: 0,
      row: `${region} ${label} ${predicted} ${i}`,
      label,
      predicted,
      probabilities: { loan: predicted === 'loan' ? 1 : 0, none: predicted === 'loan' ? 0 : 1 },
      groups: { region },
    }));
  return [
    ...some(found, 'loan', 'loan'),
    ...some(missed, 'loan', 'none'),
    ...some(wrong, 'none', 'loan'),
    ...some(right, 'none', 'none'),
  ];
}
const ALL = [...queries('north', [80, 20, 10, 90]), ...queries('south', [50, 50, 10, 90])];
const OPTIONS = { group: 'region', label: 'loan' };

test('rates and gaps are those of the counts, with intervals that hold them', () => {
  const { groups, parityGap, opportunityGap, falsePositiveGap } = fairness(ALL, OPTIONS);
  const values = groups.map((one) => [
    one.value,
    one.queries,
    one.selected?.value,
    one.truePositive?.value,
    one.falsePositive?.value,
  ]);
  expect(values).toEqual([
    ['north', 200, 0.45, 0.8, 0.1],
    ['south', 200, 0.3, 0.5, 0.1],
  ]);
  expect(parityGap?.value).toBeCloseTo(0.15, 12);
  expect(opportunityGap?.value).toBeCloseTo(0.3, 12);
  expect(falsePositiveGap?.value).toBe(0);
  // The normal interval of the difference is 0.174 to 0.426.
  expect(opportunityGap?.low).toBeGreaterThan(0.12);
  expect(opportunityGap?.low).toBeLessThan(0.22);
  expect(opportunityGap?.high).toBeGreaterThan(0.38);
  expect(opportunityGap?.high).toBeLessThan(0.47);
});

test('the order of the queries means nothing, nor does the name of a group', () => {
  const { groups, ...gaps } = fairness(ALL.toReversed(), OPTIONS);
  const { groups: before, ...same } = fairness(ALL, OPTIONS);
  expect(gaps).toEqual(same);
  expect(groups).toEqual(before);
});

test('what is not there is null or refused', () => {
  const { groups, opportunityGap } = fairness(queries('north', [5, 0, 0, 0]), OPTIONS);
  expect(groups[0]).toMatchObject({ falsePositive: null, selected: { value: 1 } });
  expect(opportunityGap).toBeNull();
  expect(() => fairness(ALL, { group: 'country', label: 'loan' })).toThrow(/group of fairness/);
  expect(() => fairness(ALL, { group: 'region', label: 'lone' })).toThrow(/label of fairness/);
  expect(() => fairness([], OPTIONS)).toThrow(/at least one query/);
});
