import { attend } from '../../lib/nn';
import { torch } from '../../lib/torch';
import { expectClose, expectGradients, float64 } from '../helpers/gradients';

const [q, k, v] = [float64([2, 3, 4], 1), float64([2, 5, 4], 2), float64([2, 5, 2], 3)] as const;

test('equals libtorch’s attention', () => {
  expectClose(attend(q, k, v), torch.scaledDotProductAttention(q, k, v));
  const mask = torch.tensor([1, 0, 1, 1, 0]).ne(0).expand([3, 5]);
  expectClose(attend(q, k, v, mask), torch.scaledDotProductAttention(q, k, v, mask));
});

test('gives zeros where nothing may be looked at', () => {
  const mask = torch.tensor([[1], [0], [1]]);
  expect(Number(attend(q, k, v, mask).select(1, 1).abs().max().item())).toBe(0);
});

test('is twice differentiable', () => {
  const mask = torch.tensor([
    [1, 0, 1, 1, 0],
    [0, 0, 0, 0, 0],
    [1, 1, 1, 1, 1],
  ]);
  expectGradients((...[a, b, c]) => attend(a ?? q, b ?? k, c ?? v, mask), [q, k, v]);
});
