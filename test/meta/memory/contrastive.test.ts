import { contrastiveLoss } from '../../../lib/meta/memory/contrastive';
import { torch } from '../../../lib/torch/index';
import { expectGradients, expectNumbers, float64, numbers } from '../../helpers/gradients';

const labels = torch.tensor([[0, 0, 1, -100]], { dtype: 'int64' });

test('pulls one class together and pushes others to the margin', () => {
  const rows = torch.tensor(
    [
      [
        [0, 0],
        [3, 4],
        [0, 0.6],
        [9, 9],
      ],
    ],
    { dtype: 'float64' },
  );
  // Pairs both ways: same 25; 0.6 apart within the margin of 1; far apart.
  const expected = (2 * 25 + 2 * 0.4 ** 2 + 0) / 6;
  expectNumbers(numbers(contrastiveLoss(rows, labels, 1)), [expected], 1e-9);
  // Within a margin of 2 the other lies 1.4 too near, and 3, 4 is still beyond it.
  const wider = (2 * 25 + 2 * 1.4 ** 2) / 6;
  expectNumbers(numbers(contrastiveLoss(rows, labels, 2)), [wider], 1e-9);
});

test('is 0 where there are no pairs, and its gradients are right', () => {
  const lone = torch.tensor([[2, -100, -100, -100]], { dtype: 'int64' });
  expect(numbers(contrastiveLoss(float64([1, 4, 2]), lone, 1))).toEqual([0]);
  expectGradients((rows) => contrastiveLoss(rows, labels, 3), [float64([1, 4, 2], 5)]);
});
