import {
  learnPrior,
  posterior,
  ratingsOf,
  withLevel,
} from '../../../../lib/serve/tasks/ratings/learned-prior';
import { type Tensor, torch } from '../../../../lib/torch';

const SIZE = 6;

/** Tasks of y = x·(w + spread·wₜ) + level·bₜ + noise·ε. */
function tasksOf(
  seed: number,
  { count = 30, rows = 10, spread = 0, level = 0, noise = 0.1 } = {},
): { x: Tensor; y: Tensor; tasks: number[] } {
  const generator = torch.generator(seed);
  const draw = (shape: number[]) => torch.randn(shape, { generator, dtype: 'float64' });
  const shared = draw([SIZE, 1]);
  const parts = Array.from({ length: count }, () => {
    const x = draw([rows, SIZE]);
    const weights = shared.add(draw([SIZE, 1]).mul(spread));
    const y = x.matmul(weights).add(draw([1, 1]).mul(level));
    return { x, y: y.add(draw([rows, 1]).mul(noise)) };
  });
  return {
    x: withLevel(torch.cat(parts.map(({ x }) => x))),
    y: torch.cat(parts.map(({ y }) => y)),
    tasks: parts.flatMap((_, task) => Array.from({ length: rows }, () => task)),
  };
}

const last = (matrix: Tensor): number =>
  (matrix.tolist() as number[][]).at(-1)?.at(-1) ?? Number.NaN;

test('tasks that are one teach a prior that is nearly certain', () => {
  torch.scope(() => {
    const { x, y, tasks } = tasksOf(1);
    const { mean, covariance, noise } = learnPrior(x, y, tasks);
    // Least squares of all rows is what is known of tasks that are all the same.
    const least = torch.linalg.pinv(x).matmul(y);
    expect(Number(mean.sub(least).abs().max().item())).toBeLessThan(0.02);
    expect(Number(covariance.diagonal().max().item())).toBeLessThan(0.05);
    expect(Number(noise.item())).toBeGreaterThan(0.005);
    expect(Number(noise.item())).toBeLessThan(0.02);
  });
});

test('finds how much of the weights and of the level is each task’s own', () => {
  torch.scope(() => {
    const { x, y, tasks } = tasksOf(2, { spread: 0.7, level: 2 });
    const { covariance } = learnPrior(x, y, tasks);
    const ofWeights = Number(covariance.diagonal().narrow(0, 0, SIZE).mean().item());
    expect(ofWeights).toBeGreaterThan(0.7 ** 2 * 0.7);
    expect(ofWeights).toBeLessThan(0.7 ** 2 * 1.5);
    expect(last(covariance)).toBeGreaterThan(2);
    expect(last(covariance)).toBeLessThan(8);
  });
});

test('the posterior is Bayes’ rule in its other form', () => {
  torch.scope(() => {
    const { x, y, tasks } = tasksOf(3, { spread: 0.5, level: 1 });
    const prior = learnPrior(x, y, tasks);
    const own = tasksOf(4, { count: 1, rows: 5 });
    const found = posterior(prior, own.x, own.y);
    const precision = torch.linalg.inv(prior.covariance);
    const covariance = torch.linalg.inv(precision.add(own.x.mT.matmul(own.x).div(prior.noise)));
    const right = precision.matmul(prior.mean).add(own.x.mT.matmul(own.y).div(prior.noise));
    expect(Number(covariance.matmul(right).sub(found.weights).abs().max().item())).toBeLessThan(
      1e-8,
    );
    const asked = tasksOf(5, { count: 1, rows: 7 }).x;
    const { mean, variance } = ratingsOf(prior, found, asked);
    const expected = asked.matmul(covariance).mul(asked).sum([1]).add(prior.noise);
    expect(Number(variance.sub(expected).abs().max().item())).toBeLessThan(1e-8);
    expect(mean.shape).toEqual([7]);
  });
});

test('without ratings the prior stays as it is', () => {
  torch.scope(() => {
    const { x, y, tasks } = tasksOf(6, { spread: 0.5 });
    const prior = learnPrior(x, y, tasks);
    const none = posterior(prior, x.narrow(0, 0, 0), y.narrow(0, 0, 0));
    expect(none.weights.tolist()).toEqual(prior.mean.tolist());
  });
});

test('neither the order of rows nor the numbers of tasks matter', () => {
  torch.scope(() => {
    const { x, y, tasks } = tasksOf(7, { count: 8, spread: 0.5 });
    const order = torch.randperm(tasks.length, { generator: torch.generator(1), dtype: 'int64' });
    const places = (order.tolist() as bigint[]).map(Number);
    const moved = learnPrior(
      x.indexSelect(0, order),
      y.indexSelect(0, order),
      places.map((place) => 7 - (tasks[place] ?? 0)),
    );
    const { mean } = learnPrior(x, y, tasks);
    expect(Number(mean.sub(moved.mean).abs().max().item())).toBeLessThan(1e-3);
  });
});
