import { contrastiveLoss } from '../../../lib/meta/metric/contrastive-loss';
import { torch } from '../../../lib/torch/index';
import { expectGradients, expectNumbers, float64, numbers } from '../../helpers/gradients';

const same = torch.tensor([1, 0, 0, 0]);
const squares = torch.tensor([25, 25, 0.36, 0], { dtype: 'float64' });

test('is ½ D² for pairs of one class, and ½ max(0, m − D)² for those of two', () => {
  const half = (margin: number) => [12.5, 0, (margin - 0.6) ** 2 / 2, margin ** 2 / 2];
  expectNumbers(numbers(contrastiveLoss(squares, same, 1)), half(1), 1e-12);
  expectNumbers(numbers(contrastiveLoss(squares, same, 2)), half(2), 1e-12);
});

test('a square that rounding has made negative counts as 0', () => {
  const rounded = torch.tensor([-1e-17, -1e-17], { dtype: 'float64' });
  expectNumbers(numbers(contrastiveLoss(rounded, torch.tensor([1, 0]), 3)), [0, 4.5], 0);
});

test('is twice differentiable, and has no slope at D = 0', () => {
  const positive = float64([4], 5).square().add(0.1);
  expectGradients((own) => contrastiveLoss(own, same, 3), [positive]);
  const none = torch.zeros([4], { dtype: 'float64', requiresGrad: true });
  const slope = torch.grad(contrastiveLoss(none, same, 3).sum(), none);
  expectNumbers(numbers(slope), [0.5, 0, 0, 0], 0);
});
