import { balancedWeights } from '../../../lib/serve/heads/features';
import { weightedRows, withNames } from '../../../lib/serve/heads/label-names';
import { torch } from '../../../lib/torch';
import { clusters } from '../clusters';

const eye = torch.eye(3);
const sums = { sums: eye.mul(2), counts: torch.full([3, 1], 2) };
/** Names whose cosine with their own label is that much greater than with the others. */
const apart = (by: number) => eye.mul(by).add((1 - by) / 3);

test.each([
  [0, 0],
  [0.03, 0],
  [0.045, 0.5],
  [0.06, 1],
  [1, 1],
])('names %d nearer to their own label count as %d examples', (by, weight) => {
  const found = withNames(sums, apart(by));
  expect(found.weight?.item()).toBeCloseTo(weight, 5);
  expect(found.counts.tolist()).toEqual(
    [[2 + weight], [2 + weight], [2 + weight]].map(([n]) => [expect.closeTo(n ?? 0, 5)]),
  );
  expect(
    found.sums
      .sub(eye.mul(2).add(apart(by).mul(weight)))
      .abs()
      .max()
      .item(),
  ).toBeLessThan(1e-5);
});

test('a label without words has its examples alone, and does not speak for the others', () => {
  const names = eye.mul(torch.tensor([[1], [1], [0]]));
  const { counts, weight } = withNames(sums, names);
  expect(weight?.item()).toBe(1);
  expect(counts.flatten().tolist()).toEqual([3, 3, 2]);
});

test.each([
  ['none are known', undefined],
  ['no label has words', torch.zeros([3, 3])],
])('where %s there are the examples alone', (_, names) => {
  const found = withNames(sums, names);
  expect(found.sums.tolist()).toEqual(sums.sums.tolist());
  expect(found.counts.tolist()).toEqual(sums.counts.tolist());
});

test('the order of labels means nothing', () => {
  const order = torch.tensor(BigInt64Array.from([2n, 0n, 1n]));
  const names = torch.randn([3, 3], { generator: torch.generator(1) });
  const own = { sums: torch.randn([3, 3], { generator: torch.generator(2) }), counts: sums.counts };
  const [a, b] = [
    withNames(own, names).sums.indexSelect(0, order),
    withNames({ ...own, sums: own.sums.indexSelect(0, order) }, names.indexSelect(0, order)).sums,
  ];
  expect(a.sub(b).abs().max().item()).toBeLessThan(1e-6);
});

describe('the weights of examples and names', () => {
  const { centres, ...own } = clusters({ labels: 3, shots: 2 });
  const examples = { ...own, x: own.x.narrow(0, 0, 5), y: own.y.narrow(0, 0, 5) };
  const summed = (names: typeof centres) => {
    const { weights, y } = weightedRows({ ...examples, names });
    return torch.zeros([3, 1]).indexAdd(0, y, weights).flatten().tolist() as number[];
  };

  test('are the same for all labels together', () => {
    const all = summed(centres);
    expect(all).toEqual([8 / 3, 8 / 3, 8 / 3].map((share) => expect.closeTo(share, 5)));
    // The last label has no name.
    const some = summed(centres.mul(torch.tensor([[1], [1], [0]])));
    expect(some).toEqual([7 / 3, 7 / 3, 7 / 3].map((share) => expect.closeTo(share, 5)));
  });

  test('are those of the examples alone where names do not count', () => {
    const { weights, x } = weightedRows({ ...examples, names: centres.roll([1], [0]) });
    expect(x.tolist()).toEqual(examples.x.tolist());
    expect(weights.sub(balancedWeights(examples)).abs().max().item()).toBeLessThan(1e-6);
  });
});
