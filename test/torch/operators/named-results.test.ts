import { tensorsAreEqual } from '../../../lib/testing';
import { mapTree, type Tensor, torch } from '../../../lib/torch';

expect.addEqualityTesters([tensorsAreEqual]);

const x = torch.tensor([
  [3, 1, 2],
  [4, 6, 5],
]);

test('results have the names of their schema', () => {
  const { values, indices } = x.sort(1);
  expect(values.tolist()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(indices.tolist()).toEqual([
    [1n, 2n, 0n],
    [0n, 2n, 1n],
  ]);
  expect(torch.aminmax(x).max.item()).toBe(6);
  expect(x.max(0).indices.tolist()).toEqual([1n, 1n, 1n]);
});

test('names are in camelCase, and capitals stay', () => {
  const { U, S, Vh } = torch.linalg.svd(x, false);
  expect(U.mul(S).matmul(Vh).allclose(x, 1e-5, 1e-5)).toBe(true);
  expect(torch.histogram(x, 2).binEdges.shape).toEqual([3]);
  expect(torch.linalg.slogdet(torch.eye(2)).logabsdet.item()).toBe(0);
});

test('they are arrays all the same', () => {
  const both = x.topk(2);
  const [values, indices] = both;
  expect(both.values).toBe(values);
  expect(both.indices).toBe(indices);
  expect(Array.isArray(both)).toBe(true);
  expect([...both]).toEqual([values, indices]);
  expect(both).toStrictEqual([values, indices]);
  expect(Object.keys(both)).toEqual(['0', '1']);
});

test('scopes keep each result once, and what is made of a tree has its names', () => {
  const before = torch.memory().tensors;
  const kept = torch.scope(() => x.sort(1));
  expect(torch.memory().tensors).toBe(before + 2);
  expect(kept.values.shape).toEqual([2, 3]);
  const doubled = mapTree(([one]) => one.mul(2), kept);
  expect(doubled.values.select(0, 0).tolist()).toEqual([2, 4, 6]);
  const each = torch.vmap((row: Tensor) => row.sort())(x);
  expect(each.indices.equal(kept.indices)).toBe(true);
});

test('results without names in the schema are a plain array', () => {
  expect(Reflect.ownKeys(x.stdMean())).toEqual(['0', '1', 'length']);
});

test('operators without results give undefined', () => {
  expect(torch.ops.aten?._assert_async?.(torch.tensor(true))).toBeUndefined();
});
