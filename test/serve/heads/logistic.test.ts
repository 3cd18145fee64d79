import { balancedWeights } from '../../../lib/serve/heads/features';
import type { Examples } from '../../../lib/serve/heads/head';
import { logistic } from '../../../lib/serve/heads/logistic';
import { type Tensor, torch } from '../../../lib/torch';
import { clusters } from '../clusters';

/** The loss that `logistic` makes least, in float64, and its gradient by autograd. */
function lossOf(examples: Examples, weights: Tensor): { value: number; gradient: Tensor } {
  const { x, y } = examples;
  return torch.scope(() => {
    const w = weights.to('float64').detach().requiresGrad_();
    const [free, bias] = [w.narrow(0, 0, x.size(1)), w.narrow(0, x.size(1), 1)];
    const log = x.to('float64').matmul(free).add(bias).logSoftmax(1);
    const losses = log.gather(1, y.unsqueeze(1)).mul(balancedWeights(examples).to('float64'));
    const loss = free.square().sum().mul(0.05).sub(losses.sum());
    return { value: Number(loss.item()), gradient: torch.grad(loss, { w }).w };
  });
}

test('of few examples the loss is least where its gradient vanishes', () => {
  const examples = clusters({ labels: 5, shots: 6, size: 64 });
  const { gradient } = lossOf(examples, logistic.fit(examples).weights);
  expect(Number(gradient.abs().max().item())).toBeLessThan(2e-3);
});

test('of more examples than dimensions hardly anything is missing to the least loss', () => {
  const examples = clusters({ labels: 12, shots: 40, size: 24, noise: 0.6 });
  const { weights } = logistic.fit(examples);
  const found = lossOf(examples, weights).value;
  let point = weights.to('float64');
  for (let step = 0; step < 1000; step++) {
    point = torch.replace(point, (w) => w.sub(lossOf(examples, w).gradient.mul(0.02)));
  }
  const least = lossOf(examples, point).value;
  expect(least).toBeLessThanOrEqual(found);
  expect(found / least - 1).toBeLessThan(2e-4);
});

test('names of labels that tell the examples apart count as one more example of each', () => {
  const { centres, ...examples } = clusters({ labels: 4, shots: 3, size: 32 });
  const x = torch.cat([examples.x, centres]);
  const y = torch.cat([examples.y, torch.arange(4)]);
  const named = logistic.fit({ ...examples, names: centres });
  const more = logistic.fit({ x, y, labels: 4 });
  expect(named.weights.sub(more.weights).abs().max().item()).toBeLessThan(1e-4);
  const wrong = logistic.fit({ ...examples, names: centres.roll([1], [0]) });
  const plain = logistic.fit(examples);
  expect(wrong.weights.sub(plain.weights).abs().max().item()).toBeLessThan(1e-6);
  expect(named.weights.sub(plain.weights).abs().max().item()).toBeGreaterThan(1e-2);
});
