import {
  countOf,
  productsWith,
  rowsAt,
  type Vectors,
  whole,
  withRows,
} from '../../lib/serve/vectors';
import { type Tensor, torch } from '../../lib/torch';

const vectors = (count: number, seed: number): Tensor =>
  torch.randn([count, 3], { generator: torch.generator(seed) });

function grown(first: number, more: readonly number[]): { parts: Vectors; all: Tensor } {
  let parts: Vectors = [vectors(first, 1)];
  let all = whole(parts);
  for (const [i, count] of more.entries()) {
    const added = vectors(count, 2 + i);
    parts = withRows(parts, added);
    all = torch.cat([all, added]);
  }
  return { parts, all };
}

test.each([
  ['few rows are one part', 3, [2, 1], 1],
  ['rows after many are another', 600, [2, 1, 3], 2],
  ['which joins them once it is long', 600, [300, 212, 1], 1],
] as const)('%s, and all is as in one', (_, first, more, count) => {
  const { parts, all } = grown(first, more);
  expect(parts).toHaveLength(count);
  expect(countOf(parts)).toBe(all.size(0));
  expect(whole(parts).equal(all)).toBe(true);
  const rows = [0, all.size(0) - 1, 2, all.size(0) - 3];
  expect(rowsAt(parts, rows).tolist()).toEqual(rows.map((row) => all.select(0, row).tolist()));
  expect(rowsAt(parts, [1]).tolist()).toEqual([all.select(0, 1).tolist()]);
  const x = vectors(2, 9);
  expect(productsWith(x, parts).sub(x.matmul(all.mT)).abs().max().item()).toBeLessThan(1e-5);
});

test('the parts before may go, and are as they were', () => {
  const before = [vectors(600, 1)];
  const kept = whole(before).clone();
  const after = withRows(before, vectors(1, 2));
  expect(whole(before).equal(kept)).toBe(true);
  before[0]?.dispose();
  expect(whole(after).size(0)).toBe(601);
});
