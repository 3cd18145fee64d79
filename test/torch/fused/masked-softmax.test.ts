import { torch } from '../../../lib/torch/index';
import { expectClose, expectGradients, float64 } from '../../helpers/gradients';

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

test('goes along any dimension', () => {
  const along = torch.maskedSoftmax(logits, mask, 1);
  expectClose(along, torch.maskedSoftmax(logits.mT, mask.mT, -1).mT);
  expectClose(along.sum(1), torch.ones([2, 4], { dtype: 'float64' }));
});

test('does not read what is no member', () => {
  const other = logits.maskedFill(mask.eq(0), 1e20);
  expectClose(torch.maskedSoftmax(other, mask, -1), torch.maskedSoftmax(logits, mask, -1), 0);
});

test('is twice differentiable, rows without a member too', () => {
  expectGradients((x) => torch.maskedSoftmax(x, mask, -1), [logits]);
  expectGradients((x) => torch.maskedSoftmax(x, mask, 1), [logits]);
});

test.each(['float16', 'bfloat16'] as const)('of %s, whose range may be small', (dtype) => {
  const low = logits.to(dtype);
  const y = torch.maskedSoftmax(low, mask, -1);
  expect(y.dtype).toBe(dtype);
  const exact = torch.maskedSoftmax(low.to('float64'), mask, -1);
  expectClose(y, exact, dtype === 'float16' ? 1e-3 : 1e-2);
  expect(y.select(1, 1).eq(0).all().item()).toBe(true);
});

test('any number but 0 makes a member, however low its logit is', () => {
  const y = torch.maskedSoftmax(torch.tensor([-1e20, -1e20, 5]), torch.tensor([2, -1, 0]), -1);
  expect(y.tolist()).toEqual([0.5, 0.5, 0]);
  const half = torch.tensor([-6e4, -6e4, 5], { dtype: 'float16' });
  expect(torch.maskedSoftmax(half, torch.tensor([1, 1, 0]), -1).tolist()).toEqual([0.5, 0.5, 0]);
});

test('refuses what is no tensor, and leaves only the result', () => {
  const before = torch.memory().tensors;
  torch.maskedSoftmax(logits, mask, -1).dispose();
  expect(torch.memory().tensors).toBe(before);
  expect(() => torch.maskedSoftmax(logits, [1, 0] as never, -1)).toThrow(
    'Expected a tensor for mask but received array of length 2',
  );
  expect(() => torch.maskedSoftmax([1] as never, mask, -1)).toThrow('a tensor for logits');
});
