import { classMeans } from '../../lib/meta';
import { torch } from '../../lib/torch';

const rows = torch.tensor([
  [
    [1, 0],
    [3, 0],
    [0, 5],
  ],
]);

test('the means of classes, zeros for one without rows', () => {
  expect(classMeans(rows, torch.tensor([[0n, 0n, 2n]]), 3).tolist()).toEqual([
    [
      [2, 0],
      [0, 0],
      [0, 5],
    ],
  ]);
  const filling = torch.tensor([[0n, -100n, 1n]]);
  expect(classMeans(rows, filling, 2).tolist()).toEqual([
    [
      [1, 0],
      [0, 5],
    ],
  ]);
});

test.each([
  ['a class beyond the ways', [[0n, 1n, 5n]], '0 to 2 or -100 for the labels of classMeans'],
  ['a class below 0', [[0n, -1n, 2n]], 'received bigint -1n'],
  ['too few labels', [[0n, 1n]], '[1, 3] for the labels of classMeans'],
])('%s is refused', (_, labels, message) => {
  expect(() => classMeans(rows, torch.tensor(labels), 3)).toThrow(message);
});

test('inside vmap labels cannot be looked at', () => {
  const each = torch.vmap((x: typeof rows) => classMeans(x, torch.tensor([[0n, 0n, 2n]]), 3));
  expect(each(rows.unsqueeze(0)).shape).toEqual([1, 1, 3, 2]);
});
