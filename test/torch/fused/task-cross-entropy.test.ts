import { type Tensor, torch } from '../../../lib/torch/index';
import { expectClose, expectGradients, float64, numbers } from '../../helpers/gradients';

const IGNORED = -100;
const logits = float64([3, 4, 5], 1).mul(3);
// Each task has a label less that counts; the last has none.
const labels = torch.tensor([
  [0n, 4n, 2n, 2n],
  [1n, BigInt(IGNORED), 3n, 0n],
  [BigInt(IGNORED), BigInt(IGNORED), BigInt(IGNORED), BigInt(IGNORED)],
]);

const fused = (z: Tensor): Tensor => torch.taskCrossEntropy(z, labels, IGNORED);

/** By libtorch's operators. */
function byParts(z: Tensor): Tensor {
  const counts = labels.ne(IGNORED);
  const each = z.flatten(0, 1).crossEntropyLoss(labels.flatten(), null, 0, IGNORED, 0);
  return each
    .view([3, 4])
    .sum([1])
    .div(counts.sum([1]).clampMin(1));
}

test('is the mean cross-entropy of the rows that count, 0 without any', () => {
  expectClose(fused(logits), byParts(logits));
  expectClose(fused(logits.to('float32')), byParts(logits.to('float32')), 1e-6);
  expect(numbers(fused(logits))[2]).toBe(0);
});

test('has gradients and gradients of gradients', () => {
  expectGradients((z) => fused(z as Tensor), [logits]);
});

test('derivatives of every order are those of its parts', () => {
  const orders = (fn: typeof fused): Tensor[] => {
    const z = logits.detach().requiresGrad_();
    let value = fn(z).pow(3).sum();
    const found: Tensor[] = [];
    for (let order = 1; order <= 4; order++) {
      const [gradient] = torch.grad(value, [z], { createGraph: true });
      found.push(gradient as Tensor);
      value = (gradient as Tensor).mul(logits.cos()).sin().sum();
    }
    return found;
  };
  const expected = orders(byParts);
  for (const [i, gradient] of orders(fused).entries()) {
    expectClose(gradient, expected[i] as Tensor, 1e-9);
  }
});

test('great and infinite logits', () => {
  const great = logits.mul(1000);
  expectClose(fused(great), byParts(great), 1e-9);
  const z = logits.clone();
  z.select(0, 0).select(0, 1).fill_(Number.NaN);
  expect(numbers(fused(z))[0]).toBeNaN();
  expect(numbers(fused(z))[1]).toBeCloseTo(numbers(byParts(logits))[1] ?? 0, 10);
});

test('logits that are views', () => {
  const apart = torch.stack([logits, logits], 3).select(3, 1).mT.contiguous().mT;
  expect(apart.isContiguous()).toBe(false);
  const z = apart.detach().requiresGrad_();
  const [gradient] = torch.grad(fused(z).sum(), [z]);
  const own = logits.detach().requiresGrad_();
  expectClose(gradient as Tensor, torch.grad(byParts(own).sum(), [own])[0] as Tensor);
});

test('a label that is no class is refused', () => {
  for (const label of [5n, -1n]) {
    const wrong = torch.tensor([[label]]);
    expect(() => torch.taskCrossEntropy(float64([1, 1, 5]), wrong, IGNORED)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_INDEX' }),
    );
  }
});

test('many classes, vmap and autocast, by several operators', () => {
  const many = float64([3, 4, 33]);
  expectClose(fused(many), byParts(many));
  const mapped = torch.vmap((z) => fused(z as Tensor))(torch.stack([logits, logits.mul(2)]));
  expectClose(mapped as Tensor, torch.stack([byParts(logits), byParts(logits.mul(2))]));
  const half = torch.autocast('cpu', 'bfloat16', () => fused(logits.to('float32')));
  expectClose(half.to('float64'), byParts(logits), 0.05);
});

test('says what does not fit', () => {
  const shape = expect.objectContaining({ code: 'ERR_TORCH_SHAPE' });
  expect(() => torch.taskCrossEntropy(logits, labels.select(0, 0), IGNORED)).toThrow(shape);
  expect(() => torch.taskCrossEntropy(logits, 3 as never, IGNORED)).toThrow(/a tensor for labels/);
});
