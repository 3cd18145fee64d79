import {
  contrastiveSiamese,
  distributionalSignatures,
  graphNetwork,
  induction,
  type Learner,
  mann,
  matching,
  metaGradient,
  metaOptNet,
  r2d2,
  siamese,
  snail,
} from '../../lib/meta';
import { embedding, linear } from '../../lib/nn';
import { type Tensor, type Tree, torch } from '../../lib/torch';
import { treeDistance } from './support/contract';
import { parametersOf, randomEpisodes } from './support/support';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const episodes = randomEpisodes(torch.generator(1));
const sizes = { encoder, dimensions: 5, ways: 3 };

/** The defaults that the documentation tells of, and the learner that leaves them to itself. */
const PAIRS = {
  siamese: [
    siamese({ encoder, dimensions: 5 }),
    siamese({ encoder, dimensions: 5, score: 'mean' }),
  ],
  contrastiveSiamese: [
    contrastiveSiamese({ encoder }),
    contrastiveSiamese({ encoder, margin: 1, score: 'mean' }),
  ],
  matching: [
    matching({ encoder, fullContext: { dimensions: 5 } }),
    matching({ encoder, fullContext: { dimensions: 5, steps: 5 } }),
  ],
  induction: [
    induction({ encoder, dimensions: 5 }),
    induction({ encoder, dimensions: 5, iterations: 3, slices: 100 }),
  ],
  graphNetwork: [
    graphNetwork(sizes),
    graphNetwork({ ...sizes, heads: 1, layers: 3, features: 48, edgeFeatures: 64 }),
  ],
  r2d2: [r2d2({ encoder }), r2d2({ encoder, lambda: 1, alpha: 1, beta: 0 })],
  metaOptNet: [metaOptNet({ encoder }), metaOptNet({ encoder, regularization: 0.1, jitter: 1 })],
  mann: [
    mann(sizes),
    mann({
      ...{ ...sizes, hiddenSize: 200, slots: 128, wordSize: 40, reads: 4 },
      ...{ decay: 0.95, keyStrength: 1, trainOn: 'queries' },
    }),
  ],
  snail: [
    snail({ ...sizes, length: 7 }),
    snail({
      ...{ ...sizes, length: 7, filters: 128 },
      attention: [
        [64, 32],
        [256, 128],
        [512, 256],
      ],
    }),
  ],
} as Record<string, Learner<Tree, unknown>[]>;

function expectAlike<I extends Tree>(
  [left, told]: readonly Learner<Tree, unknown, I>[],
  inputsOf: (x: Tensor) => I,
): void {
  if (!left || !told) throw new Error('no pair');
  const params = parametersOf(left, 2);
  expect(treeDistance(params, parametersOf(told, 2))).toBe(0);
  const own = ({ inputs, labels }: typeof episodes.support) => ({
    inputs: inputsOf(inputs),
    labels,
  });
  const words = { ways: 3, support: own(episodes.support), query: own(episodes.query) };
  const [a, b] = [left, told].map((learner) => metaGradient(learner, params, words));
  expect(a?.loss).toBe(b?.loss);
}

test.each(Object.entries(PAIRS))('%s has the defaults of its documentation', (_, pair) => {
  expectAlike(pair, (x) => x);
});

test('distributionalSignatures has the defaults of its documentation', () => {
  const own = {
    embedding: embedding({ numEmbeddings: 12, embeddingDim: 3 }),
    frequencies: torch.arange(12).add(1).div(78),
  };
  const told = { epsilon: 0.001, hiddenSize: 50, wordLambda: 1 };
  const pair = [distributionalSignatures(own), distributionalSignatures({ ...own, ...told })];
  expectAlike(pair as Learner<Tree, unknown, { ids: Tensor; mask: Tensor }>[], (x) => {
    const ids = x.abs().mul(2.5).round().clampMax(11).to('int64');
    return { ids, mask: ids.ne(0) };
  });
});
