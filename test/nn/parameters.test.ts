import { countParameters, mlp, trainable } from '../../lib/nn';
import { leaves, torch } from '../../lib/torch';

const params = mlp({ sizes: [3, 4, 2] }).init(torch.generator(1));

test('counts elements', () => {
  expect(countParameters(params)).toBe(3 * 4 + 4 + 4 * 2 + 2);
  expect(countParameters([{}, {}])).toBe(0);
});

test('makes leaves that require gradients and share memory', () => {
  const before = torch.memory().bytes;
  const own = trainable(params);
  expect(leaves(own).every((tensor) => tensor.requiresGrad && tensor.isLeaf)).toBe(true);
  expect(leaves(params).some((tensor) => tensor.requiresGrad)).toBe(false);
  expect(torch.memory().bytes).toBe(before);
  const doubled = own.map(({ weight }) => ({ weight: weight.mul(2) }));
  expect(leaves(trainable(doubled)).every((tensor) => tensor.isLeaf)).toBe(true);
});
