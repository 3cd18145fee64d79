import { ArgumentRangeError } from '../../lib/errors';
import { meanPooling } from '../../lib/nn';
import { type Tensor, torch } from '../../lib/torch';
import { expectGradients, float64 } from '../helpers/gradients';

const layer = meanPooling();
const x = torch.tensor([
  [
    [1, 2],
    [3, 4],
    [9, 9],
  ],
  [
    [5, 6],
    [9, 9],
    [9, 9],
  ],
  [
    [9, 9],
    [9, 9],
    [9, 9],
  ],
]);
const rows = [
  [1, 1, 0],
  [1, 0, 0],
  [0, 0, 0],
];
const means = [
  [2, 3],
  [5, 6],
  [0, 0],
];

test.each(['bool', 'int64', 'float32'] as const)('means the tokens of a %s mask', (dtype) => {
  const mask = torch.tensor(rows, { dtype });
  expect(layer.apply({}, { x, mask }).tolist()).toEqual(means);
});

test('takes any number but zero in the mask for a token', () => {
  const mask = torch.tensor(rows).mul(torch.tensor([-1, 2, 1]));
  expect(layer.apply({}, { x, mask }).tolist()).toEqual(means);
});

test('takes further dimensions before, such as tasks, and single texts', () => {
  const mask = torch.tensor(rows);
  const tasks = { x: x.expand([2, 3, 3, 2]), mask: mask.expand([2, 3, 3]) };
  expect(layer.apply({}, tasks).tolist()).toEqual([means, means]);
  expect(layer.apply({}, { x: x.select(0, 0), mask: mask.select(0, 0) }).tolist()).toEqual([2, 3]);
});

test('is twice differentiable, also where there are no tokens', () => {
  const mask = torch.tensor(rows);
  expectGradients((input) => layer.apply({}, { x: input as Tensor, mask }), [float64([3, 3, 2])]);
});

test('refuses a mask of another shape', () => {
  const wrong = () => layer.apply({}, { x, mask: torch.ones([3, 2]) });
  expect(wrong).toThrow(ArgumentRangeError);
  expect(wrong).toThrow('Expected [3, 3] for the mask of meanPooling but received [3, 2]');
  const flat = () => layer.apply({}, { x: torch.ones([3]), mask: torch.ones([]) });
  expect(flat).toThrow('Expected [..., L, D] for the x of meanPooling but received [3]');
});
