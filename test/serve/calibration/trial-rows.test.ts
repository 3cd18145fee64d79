import { MOST_TRIED, trialRows } from '../../../lib/serve/calibration/trial-rows';
import { indices } from '../../../lib/serve/heads/features';

/** Examples of labels, as many of each as stated, with keys that fall. */
function examples(counts: readonly number[]) {
  const y = counts.flatMap((count, label) => Array.from({ length: count }, () => label));
  const keys = Uint32Array.from(y, (_, row) => y.length - row);
  return { y: indices(y), keys, labels: counts.length };
}

test('heads are tried on all of few examples', () => {
  expect(trialRows(examples([MOST_TRIED - 1, 1]))).toBeUndefined();
});

test('of many, on as many of each label, those with the least keys', () => {
  const rows = trialRows(examples([3000, 5, 2000])) ?? [];
  const each = Math.floor(MOST_TRIED / 3);
  expect(rows).toHaveLength(2 * each + 5);
  expect(rows[0]).toBe(3000 - each);
  expect(rows.slice(each, each + 5)).toEqual([3000, 3001, 3002, 3003, 3004]);
  expect(rows.at(-1)).toBe(5004);
});

test('of very many labels, on two examples of each', () => {
  expect(trialRows(examples(Array.from({ length: 1500 }, () => 3)))).toHaveLength(3000);
});
