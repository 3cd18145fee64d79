import { torch } from '../../../lib/torch';

const x = torch.tensor([3n, 1n, 3n, 2n]);

test('unique elements, sorted', () => {
  expect(torch.unique(x).tolist()).toEqual([1n, 2n, 3n]);
  expect(x.unique().tolist()).toEqual([1n, 2n, 3n]);
});

test('what is asked for comes by name and in order', () => {
  const { output, inverseIndices, counts } = x.unique({ returnInverse: true, returnCounts: true });
  expect(output.tolist()).toEqual([1n, 2n, 3n]);
  expect(output.indexSelect(0, inverseIndices).equal(x)).toBe(true);
  expect(counts.tolist()).toEqual([1n, 1n, 2n]);
  const [, second] = torch.unique(x, { returnCounts: true });
  expect(second?.tolist()).toEqual([1n, 1n, 2n]);
});

test('along a dimension', () => {
  const rows = torch.tensor([
    [1, 2],
    [1, 2],
    [0, 5],
  ]);
  expect(rows.unique({ dim: 0 }).tolist()).toEqual([
    [0, 5],
    [1, 2],
  ]);
});

test('it leaves nothing else, and refuses what is wrong', () => {
  const before = torch.memory().tensors;
  x.unique().dispose();
  expect(torch.memory().tensors).toBe(before);
  expect(() => x.unique({ returnCount: true } as never)).toThrow('Unknown option returnCount');
  expect(() => torch.unique([1] as never)).toThrow('Expected a tensor for input');
});

describe('uniqueConsecutive', () => {
  const runs = torch.tensor([1, 1, 2, 1]);

  test('gives what was asked for and nothing else', () => {
    expect(torch.uniqueConsecutive(runs).tolist()).toEqual([1, 2, 1]);
    const [output, counts] = torch.uniqueConsecutive(runs, { returnCounts: true });
    expect(output?.tolist()).toEqual([1, 2, 1]);
    expect(counts?.tolist()).toEqual([2n, 1n, 1n]);
    const { inverseIndices } = runs.uniqueConsecutive({ returnInverse: true });
    expect(inverseIndices.tolist()).toEqual([0n, 0n, 1n, 2n]);
    expect(torch.uniqueConsecutive(torch.ones([2, 3]), { dim: 0 }).shape).toEqual([1, 3]);
  });

  test('leaves nothing but its results', () => {
    torch.assertNoLeaks(() => runs.uniqueConsecutive().dispose());
  });
});
