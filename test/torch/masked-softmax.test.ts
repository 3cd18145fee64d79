import { torch } from '../../lib/torch';
import { expectClose, expectGradients, float64 } from '../helpers/gradients';

const logits = float64([2, 3, 4]);
const mask = torch.tensor([
  [1, 0, 1, 1],
  [0, 0, 0, 0],
  [1, 1, 1, 1],
]);

test('is the softmax over the members, and zeros elsewhere', () => {
  const y = torch.maskedSoftmax(logits, mask, -1);
  const members = torch.tensor([0, 2, 3], { dtype: 'int64' });
  const some = logits.select(1, 0).indexSelect(-1, members).softmax(-1);
  expectClose(y.select(1, 0).indexSelect(-1, members), some);
  expectClose(y.select(1, 2), logits.select(1, 2).softmax(-1));
  expect(y.select(1, 1).tolist()).toEqual([
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ]);
  expect(y.select(1, 0).select(-1, 1).tolist()).toEqual([0, 0]);
});

test('does not read what is no member', () => {
  const other = logits.maskedFill(mask.eq(0), 1e20);
  expectClose(torch.maskedSoftmax(other, mask, -1), torch.maskedSoftmax(logits, mask, -1), 0);
});

test('is twice differentiable, rows without a member too', () => {
  expectGradients((x) => torch.maskedSoftmax(x, mask, -1), [logits]);
  expectGradients((x) => torch.maskedSoftmax(x, mask, 1), [logits]);
});
