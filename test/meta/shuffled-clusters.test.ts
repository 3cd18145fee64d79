import {
  type Episodes,
  type Learner,
  mann,
  matching,
  metaGradient,
  queryAccuracy,
  snail,
} from '../../lib/meta';
import { layerNorm, linear, trainable } from '../../lib/nn';
import { adam, clipByGlobalNorm } from '../../lib/optim';
import { type Tree, torch } from '../../lib/torch';

const SIZE = 8;
const WAYS = 3;
const encoder = linear({ inFeatures: SIZE, outFeatures: SIZE });

/** Size of a row, and the standard deviation within a cluster. */
type Shape = { size: number; noise: number };
const NARROW: Shape = { size: SIZE, noise: 0.3 };

/** Gaussian clusters whose support and query rows come in an order that says nothing. */
function clusters(tasks: number, seed: number, { size, noise }: Shape): Episodes {
  const generator = torch.generator(seed);
  const centers = torch.randn([tasks, WAYS, size], { generator });
  const set = (each: number) => {
    const grouped = torch.arange(WAYS).repeatInterleave(each).expand([tasks, -1]);
    const labels = grouped.gather(1, torch.rand(grouped.shape, { generator }).argsort(1));
    const rows = centers.gather(1, labels.unsqueeze(-1).expand([-1, -1, size]));
    return { inputs: rows.add(torch.randn(rows.shape, { generator }), { alpha: noise }), labels };
  };
  return { ways: WAYS, support: set(3), query: set(4) };
}

/** The accuracy on unseen clusters after so many meta-steps. */
function trained<P extends Tree, A>(
  learner: Learner<P, A>,
  steps: number,
  rate: number,
  shape = NARROW,
): number {
  const optimizer = adam({ learningRate: rate });
  let params = trainable(learner.init(torch.generator(1)));
  let state = optimizer.init(params);
  for (let i = 0; i < steps; i++) {
    ({ params, state } = torch.scope(() => {
      const { gradients } = metaGradient(learner, params, clusters(16, i, shape));
      const clipped = clipByGlobalNorm(gradients, 5).gradients;
      const next = torch.noGrad(() => optimizer.update(clipped, state, params));
      return { params: trainable(next.params), state: next.state };
    }));
  }
  const accuracies = queryAccuracy(learner, params, clusters(200, 1_000_003, shape));
  return accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
}

// Chance is a third.
test('MANN learns what to remember of rows in any order', () => {
  const sizes = { dimensions: SIZE, ways: WAYS, hiddenSize: 32, slots: 12, wordSize: 16, reads: 1 };
  expect(trained(mann({ encoder, ...sizes, keyStrength: 10 }), 150, 0.01)).toBeGreaterThan(0.85);
});

test('MANN soon learns of embeddings that are much longer than a one-hot label', () => {
  const size = 128;
  const wide = layerNorm({ normalizedShape: size });
  const sizes = { dimensions: size, ways: WAYS, hiddenSize: 64, slots: 12, wordSize: 32, reads: 1 };
  const learner = mann({ encoder: wide, ...sizes, keyStrength: 10 });
  expect(trained(learner, 30, 0.01, { size, noise: 1 })).toBeGreaterThan(0.75);
});

test('SNAIL learns from rows in any order', () => {
  const attention = [
    [16, 16],
    [16, 16],
  ] as const;
  const sizes = { dimensions: SIZE, ways: WAYS, length: 10, filters: 8, attention };
  expect(trained(snail({ encoder, ...sizes }), 150, 0.01)).toBeGreaterThan(0.85);
});

test('SNAIL soon learns of embeddings that are much longer than a one-hot label', () => {
  const size = 128;
  const wide = layerNorm({ normalizedShape: size });
  const attention = [
    [16, 16],
    [16, 16],
  ] as const;
  const sizes = { dimensions: size, ways: WAYS, length: 10, filters: 8, attention };
  expect(trained(snail({ encoder: wide, ...sizes }), 60, 0.01, { size, noise: 1 })).toBeGreaterThan(
    0.65,
  );
});

test('Matching Networks in full context learn from rows in any order', () => {
  const learner = matching({ encoder, fullContext: { dimensions: SIZE, steps: 2 } });
  expect(trained(learner, 60, 0.01)).toBeGreaterThan(0.85);
});
