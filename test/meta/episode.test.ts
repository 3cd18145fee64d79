import { checkSupport, IGNORED } from '../../lib/meta/episode';
import { torch } from '../../lib/torch';

const labels = torch.tensor([[0n, 1n, BigInt(IGNORED)]]);

test('takes labels of every class and of rows that only fill up', () => {
  expect(() => checkSupport(torch.zeros([1, 3, 4]), labels, 2, 'learner')).not.toThrow();
});

test.each([
  [[0, 3, 4], '[0, 3, 4]'],
  [[1, 0, 4], '[1, 0, 4]'],
  [[3, 4], '[3, 4]'],
  [[1, 3, 2, 4], '[1, 3, 2, 4]'],
])('refuses embeddings of the shape %j', (shape, received) => {
  const own = torch.zeros(shape.slice(0, 2), { dtype: 'int64' });
  expect(() => checkSupport(torch.zeros(shape), own, 2, 'learner')).toThrow(
    `Expected [T, s, D] with none of them 0 for the embedded support set of learner but received ${received}`,
  );
});

test.each([undefined, [[0n, 1n, 0n]]])('refuses labels that are no tensor: %p', (none) => {
  const wrong = none as unknown as typeof labels;
  expect(() => checkSupport(torch.zeros([1, 3, 4]), wrong, 2, 'learner')).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }),
  );
});

test('refuses one label a task', () => {
  const one = torch.zeros([3], { dtype: 'int64' });
  expect(() => checkSupport(torch.zeros([3, 2, 4]), one, 2, 'learner')).toThrow(
    'Expected [3, 2] for the labels of learner but received [3]',
  );
});

test('leaves no tensor behind', () => {
  const embedded = torch.zeros([1, 3, 4]);
  const before = torch.memory().tensors;
  expect(() => checkSupport(embedded, labels, 1, 'learner')).toThrow('0 to 0 or -100');
  expect(torch.memory().tensors).toBe(before);
});
