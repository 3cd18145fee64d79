/**
 * Yujia Bao, Menghua Wu, Shiyu Chang, Regina Barzilay: Few-shot Text Classification with
 * Distributional Signatures, ICLR 2020, https://arxiv.org/abs/1908.06039
 *
 *   s(x) = ε / (ε + P(x));   t(x) = 1 / H(softmax(f(x) W̃)), W̃ the ridge regression of the support
 *   texts' mean vectors on their labels;   α = softmax over a text's words of v · biLSTM([s; t])
 *   φ = Σ α f(x);   W = Φᵀ (Φ Φᵀ + λ I)⁻¹ Y;   logits = a φ W + b
 *
 * Words are weighed by how rare they are in all texts, s, and by how well they tell the task's classes
 * apart, t; not by what they are, so that the weights carry over to classes with other words.
 */

import {
  type OptionsOf,
  positiveFinite,
  positiveInteger,
  readOptions,
  required,
  withDefault,
} from '../../check';
import {
  type Layer,
  type LstmParams,
  lstm,
  type MaskedTokens,
  meanPooling,
  uniform,
  zeros,
} from '../../nn/index';
import { layerOf } from '../../nn/layer';
import { requireTensor, shapeOf, wrongShape } from '../../torch/check-tensors';
import { type Generator, type Tensor, type Tree, torch } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import { checkSupport, IGNORED } from '../episode';
import { adaptScope, type Learner } from '../learner';
import { liftedLayer } from '../lifted-layer';
import { learned, sized, tree } from '../parts';
import { oneHot, QUERY_LOSS } from '../task-loss';
import { ridgeRegression } from './r2d2';
import { solvable } from './solvable';

/** Ids of words `[T, n, L]`, and a mask that is 0 for padding. */
export type Words = { ids: Tensor; mask: Tensor };

/** What the options beside layers are checked by. */
export const SIGNATURES = {
  /**
   * P(x): the share of each word among all words of the training texts, `[V]`; with a `Vocabulary`,
   * `torch.tensor(vocabulary.frequencies())`.
   */
  frequencies: required(requireTensor),
  /** ε: a word of this share has s = ½. Default: 0.001. */
  epsilon: withDefault(positiveFinite, 0.001),
  /** The size of each direction of the LSTM over s and t. Default: 50. */
  hiddenSize: withDefault(positiveInteger, 50),
  /** λ̃ of the ridge regression behind t. Default: 1. */
  wordLambda: withDefault(positiveFinite, 1),
  ...QUERY_LOSS,
};

export type DistributionalSignaturesOptions<E extends Tree> = {
  /** f: ids `[n, L]` to the vectors of words `[n, L, D]`, or with `tasks` `[T, n, L]` to `[T, n, L, D]`. */
  embedding: Layer<E>;
} & OptionsOf<typeof SIGNATURES>;

/** `attention` is v `[2·hidden]`; log λ, a and b have no dimensions and start from 0, 1 and 0. */
export type DistributionalSignaturesParams<E extends Tree> = {
  embedding: E;
  lstm: LstmParams;
  attention: Tensor;
  logLambda: Tensor;
  alpha: Tensor;
  beta: Tensor;
};

/** What a task makes of its support set: W̃ and W, `[T, D, N]`. */
export type SignatureAdapted<E extends Tree> = {
  params: DistributionalSignaturesParams<E>;
  wordWeights: Tensor;
  weights: Tensor;
};

const NAME = 'distributionalSignatures';

// Words that tell classes apart for certain have no entropy; t is at most the inverse of this.
const LEAST_ENTROPY = 1e-3;

/**
 * Distributional Signatures with a ridge regressor. The frequencies stay the caller's; do not dispose
 * of them while the learner is used.
 *
 * @throws ArgumentRangeError if an option is out of range, or the frequencies are not `[V]`;
 *   ArgumentTypeError for options of another type, or unknown
 */
export function distributionalSignatures<E extends Tree>(
  options: DistributionalSignaturesOptions<E>,
): Learner<DistributionalSignaturesParams<E>, SignatureAdapted<E>, Words> {
  const {
    embedding: one,
    frequencies,
    epsilon,
    wordLambda,
    hiddenSize,
  } = readOptions({ embedding: required(layerOf), ...SIGNATURES }, options, NAME);
  if (frequencies.ndim !== 1) throw wrongShape('[V]', 'frequencies', frequencies.shape, NAME);
  const embedding = liftedLayer(one, 'shared', 'embedding', NAME);
  const reader = lstm({ inputSize: 2, hiddenSize, bidirectional: true });
  const rarity = (ids: Tensor) =>
    torch.embedding(frequencies.unsqueeze(-1), ids).add(epsilon).reciprocal().mul(epsilon);

  type Params = DistributionalSignaturesParams<E>;
  const represent = (params: Params, wordWeights: Tensor, x: Tensor, words: Words): Tensor => {
    const { ids, mask } = words;
    const signatures = torch.cat([rarity(ids).to(x), tellingness(x, wordWeights)], -1);
    const hidden = reader.apply(params.lstm, { x: signatures, mask });
    const weights = torch.maskedSoftmax(hidden.matmul(params.attention), mask, -1);
    return weights.unsqueeze(-2).matmul(x).squeeze(-2);
  };
  const own = (generator: Generator) => ({
    lstm: reader.init(generator),
    ...regressor(2 * hiddenSize, generator),
  });
  const params = learned({ embedding: tree }, own);
  const adapted = { params, wordWeights: sized('T', 'D', 'N'), weights: sized('T', 'D', 'N') };
  return checkedLearner(
    { learner: NAME, params, adapted },
    {
      ...(options.loss && { loss: options.loss }),
      classifies: true,
      init: (generator) => ({ embedding: embedding.init(generator), ...own(generator) }),
      adapt: (params, support, ways, adaptOptions = {}) =>
        adaptScope(adaptOptions, () => {
          const { inputs, labels } = support;
          const { ids, mask } = checkWords(inputs);
          const x = embedding.apply(params.embedding, ids, adaptOptions);
          const pooled = pool({ x, mask });
          checkSupport(pooled, labels, ways, NAME);
          const counted = labels.ne(IGNORED).unsqueeze(-1);
          const means = pooled.mul(counted);
          const y = oneHot(labels, ways, means);
          const wordWeights = regress(means, y, y.newFull([], wordLambda), 'wordLambda');
          const rows = represent(params, wordWeights, x, inputs).mul(counted);
          const weights = regress(rows, y, params.logLambda.exp(), 'logLambda in the parameters');
          return { params, wordWeights, weights };
        }),
      predict: ({ params, wordWeights, weights }, inputs, adaptOptions = {}) =>
        adaptScope(adaptOptions, () => {
          const { ids } = checkWords(inputs, shapeOf(weights, 'weights', NAME)[0]);
          const x = embedding.apply(params.embedding, ids, adaptOptions);
          const rows = represent(params, wordWeights, x, inputs);
          return rows.bmm(weights).mul(params.alpha).add(params.beta);
        }),
    },
  );
}

/** v of the attention, and λ, a and b of the regressor behind it. */
function regressor(size: number, generator: Generator) {
  return {
    attention: uniform([size], generator, { bound: 1 / Math.sqrt(size) }),
    logLambda: zeros([], generator),
    alpha: zeros([], generator).add(1),
    beta: zeros([], generator),
  };
}

/** Ridge regression; an error names `option`, which λ is. */
function regress(rows: Tensor, y: Tensor, lambda: Tensor, option: string): Tensor {
  return solvable(rows, `${option} of ${NAME}`, () => ridgeRegression(rows, y, lambda));
}

/** Refuses what is not ids `[T, n, L]` and a mask of their shape, or of another number of tasks. */
function checkWords(words: Words, tasks?: number): Words {
  const { ids, mask } = words;
  const shape = shapeOf(ids, 'ids', NAME);
  if (shape.length !== 3 || (tasks !== undefined && shape[0] !== tasks)) {
    throw wrongShape(`[${tasks ?? 'T'}, n, L]`, 'ids', shape, NAME);
  }
  const ofMask = shapeOf(mask, 'mask', NAME);
  if (ofMask.join() !== shape.join()) {
    throw wrongShape(`[${shape.join(', ')}]`, 'mask', ofMask, NAME);
  }
  return words;
}

const pool = (tokens: MaskedTokens) => meanPooling().apply({}, tokens);

/** t of every word: vectors `[T, n, L, D]` and W̃ `[T, D, N]` give `[T, n, L, 1]`. */
function tellingness(x: Tensor, wordWeights: Tensor): Tensor {
  const logP = x.matmul(wordWeights.unsqueeze(1)).logSoftmax(-1);
  return logP.exp().mul(logP).sum(-1, true).neg().clampMin(LEAST_ENTROPY).reciprocal();
}
