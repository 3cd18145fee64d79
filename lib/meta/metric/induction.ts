/**
 * Ruiying Geng, Binhua Li, Yongbin Li, Xiaodan Zhu, Ping Jian, Jian Sun: Induction Networks for
 * Few-Shot Text Classification, EMNLP 2019, https://arxiv.org/abs/1902.10482
 *
 *   êᵢ = squash(Wₛ eᵢ + bₛ);   R times from b = 0:  d = softmax over the class's i of b;
 *   c = squash(Σᵢ dᵢ êᵢ);   bᵢ ← bᵢ + êᵢ · c
 *   r(c, e) = σ(W_r relu(cᵀ M e) + b_r);   L = mean of (r − 1[y = k])²
 *
 * with squash(x) = ‖x‖² / (1 + ‖x‖²) · x / ‖x‖.
 */
import {
  callable,
  type OptionsOf,
  positiveInteger,
  readOptions,
  required,
  withDefault,
} from '../../check';
import { type Layer, type LinearParams, linear, normal } from '../../nn/index';
import { type Tensor, type Tree, torch } from '../../torch/index';
import { ENCODER } from '../embedder';
import { embeddingLearner } from '../embedding-learner';
import type { Learner } from '../learner';
import { sized } from '../parts';
import { oneHot, type TaskLoss } from '../task-loss';
import { relationLoss } from './relation';

/** What the options beside layers are checked by. */
export const INDUCTION = {
  /** D: the size of the embeddings. */
  dimensions: required(positiveInteger),
  /** R: iterations of dynamic routing. Default: 3. */
  iterations: withDefault(positiveInteger, 3),
  /** h: slices of the neural tensor layer M. Default: 100. */
  slices: withDefault(positiveInteger, 100),
  /** The loss of queries. Default: `relationLoss`, the paper's. */
  loss: withDefault<TaskLoss>(callable, relationLoss),
};

export type InductionOptions<E extends Tree, I extends Tree> = {
  /** e: `[T, n, …]` to embeddings `[T, n, D]`; the paper's is a BiLSTM with self-attention. */
  encoder: Layer<E, I>;
} & OptionsOf<typeof INDUCTION>;

/** `transform` holds Wₛ and bₛ, `tensor` M `[h, D, D]`, `relation` W_r and b_r. */
export type InductionParams<E extends Tree> = {
  encoder: E;
  transform: LinearParams;
  tensor: Tensor;
  relation: LinearParams;
};

/** The class vectors c `[T, N, D]`. */
export type ClassVectors<P extends Tree> = { params: P; classes: Tensor };

/**
 * Induction Networks. Logits are those before the sigmoid that makes the relation score r of them.
 *
 * @throws ArgumentRangeError unless sizes and the number of iterations are positive integers;
 *   ArgumentTypeError for options of another type, or unknown
 */
export function induction<E extends Tree, I extends Tree = Tensor>(
  options: InductionOptions<E, I>,
): Learner<InductionParams<E>, ClassVectors<InductionParams<E>>, I> {
  const {
    encoder,
    dimensions: size,
    iterations,
    slices,
    loss,
  } = readOptions({ ...ENCODER, ...INDUCTION }, options, 'induction');
  const transform = linear({ inFeatures: size, outFeatures: size });
  const relation = linear({ inFeatures: slices, outFeatures: 1 });
  return embeddingLearner({
    learner: 'induction',
    encoder,
    loss,
    dimensions: size,
    own: (generator) => ({
      transform: transform.init(generator),
      tensor: normal([slices, size, size], generator, { std: 1 / size }),
      relation: relation.init(generator),
    }),
    held: { classes: sized('T', 'N', size) },
    adapt(params, embedded, labels, ways) {
      const samples = squash(transform.apply(params.transform, embedded));
      return { classes: route(samples, oneHot(labels, ways, samples), iterations) };
    },
    fits: ({ classes }) => classes,
    predict: (params, { classes }, query) =>
      relation.apply(params.relation, interact(classes, params.tensor, query)).squeeze(-1),
  });
}

/** Dynamic routing: samples `[T, s, D]` and their classes `[T, s, N]` give class vectors `[T, N, D]`. */
export function route(samples: Tensor, belongs: Tensor, iterations: number): Tensor {
  let logits = belongs.zerosLike();
  let classes: Tensor | undefined;
  for (let i = 0; i < iterations; i++) {
    if (classes) logits = logits.add(samples.bmm(classes.mT));
    classes = squash(torch.maskedSoftmax(logits, belongs, 1).mT.bmm(samples));
  }
  return classes ?? torch.zeros([0]);
}

/** relu(cᵀ M e): classes `[T, N, D]` and queries `[T, q, D]` give `[T, q, N, h]`. */
function interact(classes: Tensor, tensor: Tensor, query: Tensor): Tensor {
  const [slices = 0, size = 0] = tensor.shape;
  const ways = classes.size(1);
  const sided = classes.matmul(tensor.permute([1, 0, 2]).reshape([size, slices * size]));
  const scores = query.bmm(sided.reshape([-1, ways * slices, size]).mT);
  return scores.unflatten(-1, [ways, slices]).relu();
}

/** Vectors of lengths in [0, 1), their directions kept; the gradient at 0 is 0. */
export function squash(x: Tensor): Tensor {
  const square = x.square().sum(-1, true);
  return x.mul(square.clampMin(1e-24).sqrt().div(square.add(1)));
}
