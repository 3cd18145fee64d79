/**
 * Tsendsuren Munkhdalai, Hong Yu: Meta Networks, ICML 2017, https://arxiv.org/abs/1703.00837
 *
 *   Q* = d(G, {∇Q L_emb(u(Q, xᵢ))}),   Wᵢ* = m(Z, ∇W L(b(W, xᵢ), yᵢ)),   rᵢ = u(Q, Q*, xᵢ)   support
 *   W* = Σᵢ softmax over i of cos(rᵢ, u(Q, Q*, x)) Wᵢ*,   ŷ = b(W, W*, x)                    query
 *
 * Slow weights W and Q are meta-learned; fast ones are made by networks from gradients, Q* for a task
 * and Wᵢ* for an example. A layer with both gives the sum of its outputs with each.
 */

import {
  flag,
  type OptionsOf,
  positiveFinite,
  positiveInteger,
  type ReadOptions,
  readOptions,
  required,
  withDefault,
} from '../../check';
import { expandTasks, type Layer, mlp } from '../../nn/index';
import { layerOf } from '../../nn/layer';
import { type Generator, mapTree, type Tensor, type Tree, torch } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import { checkQueries, embedder } from '../embedder';
import {
  type EncodedModelOptions,
  type EncodedParams,
  encodedModel,
  encodedParts,
  MODEL,
} from '../encoded-model';
import { IGNORED } from '../episode';
import { unflattenParameters } from '../gradient/flatten-parameters';
import { exampleGradients } from '../gradient/inner-loop';
import { preprocess } from '../gradient/preprocess';
import { type AdaptOptions, adaptScope, type Learner } from '../learner';
import { liftedLayer } from '../lifted-layer';
import { contrastiveLoss } from '../metric/contrastive-loss';
import { normalize } from '../metric/normalize';
import { squaredDistances } from '../metric/squared-distances';
import { sized, tree } from '../parts';
import { type GradientReader, gradientReader } from './gradient-reader';

/** What the options beside layers are checked by. */
export const META_NETWORKS = {
  /** The size of the networks d and m. Default: 20. */
  hiddenSize: withDefault(positiveInteger, 20),
  /** The contrastive loss's margin, in L_emb. Default: 1. */
  margin: withDefault(positiveFinite, 1),
  /** Take gradients for constants. Default: true. */
  firstOrder: withDefault(flag, true),
};

export type MetaNetworksOptions<
  P extends Tree,
  E extends Tree,
  I extends Tree,
  R extends Tree,
> = EncodedModelOptions<P, E, I> & {
  /** u: `[T, n, D]` to representations `[T, n, R]`; b is the `model`. */
  representation: Layer<R>;
} & OptionsOf<typeof META_NETWORKS>;

/** W, Q, Z and G, and the encoder. */
export type MetaNetworksParams<P extends Tree, E extends Tree, R extends Tree> = EncodedParams<
  P,
  E
> & { representation: R; exampleNet: { weight: Tensor; bias?: Tensor }[]; taskNet: GradientReader };

/** The slow weights, Q* `[T, …]`, the memory of Wᵢ* `[T, n, |W|]` and its keys rᵢ `[T, n, R]`. */
export type MetaNetworksAdapted<P extends Tree, E extends Tree, R extends Tree> = EncodedParams<
  P,
  E
> & { slow: R; fast: R; memory: Tensor; keys: Tensor; present: Tensor };

const NAME = 'metaNetworks';

/**
 * Meta Networks. Rows that fill up the support set are neither read nor remembered.
 *
 * @throws ArgumentRangeError if a size or margin is out of range; ArgumentTypeError for options of
 *   another type, or unknown
 */
export function metaNetworks<
  P extends Tree,
  E extends Tree,
  R extends Tree,
  I extends Tree = Tensor,
>(
  options: MetaNetworksOptions<P, E, I, R>,
): Learner<MetaNetworksParams<P, E, R>, MetaNetworksAdapted<P, E, R>, I> {
  const read = readOptions(
    { ...MODEL, representation: required(layerOf), ...META_NETWORKS },
    options,
    NAME,
  );
  const u = bothKinds(read.representation, 'representation');
  const { init, encode } = encodedModel(options, NAME);
  const b = bothKinds(options.model, 'model');
  const remember = writer(read);
  const own = ownNetworks(read.hiddenSize);
  const embed = embedder<E, I>({
    learner: NAME,
    encoder: { init: (generator) => init(generator).encoder, apply: encode, tasks: true },
  });
  const parts = encodedParts(options, NAME, { representation: tree }, own);
  return checkedLearner(
    { ...parts, adapted: { ...parts.adapted, ...REMEMBERED } },
    {
      ...(options.loss && { loss: options.loss }),
      init: (generator) =>
        torch.scope(() => ({
          ...init(generator),
          representation: u.own.init(generator),
          ...own(generator),
        })),
      adapt: (params, support, ways, context = {}) =>
        adaptScope(context, () => {
          const x = embed.support(params.encoder, support, ways, context);
          return remember(params, x, support.labels, context);
        }),
      predict: ({ model, encoder, slow, fast, memory, keys, present }, inputs, context = {}) =>
        adaptScope(context, () => {
          const x = encode(encoder, inputs, context);
          checkQueries(x, keys, undefined, NAME);
          const [tasks = 1, n = 1] = x.shape;
          const near = normalize(augmented(u, slow, fast, x)).bmm(normalize(keys).mT);
          const attention = near.maskedFill(present.logicalNot().unsqueeze(1), -1e4).softmax(-1);
          const rows = attention.bmm(memory).flatten(0, 1);
          const weights = unflattenParameters(rows, expandTasks(model, tasks * n));
          const alone = b.own.apply(weights, x.flatten(0, 1).unsqueeze(1), context);
          return b.shared.apply(model, x, context).add(alone.squeeze(1).unflatten(0, [tasks, n]));
        }),
    },
  );
}

const REMEMBERED = {
  slow: tree,
  fast: tree,
  memory: sized('T', 'n', '|W|'),
  keys: sized('T', 'n', 'R'),
  present: sized('T', 'n'),
};

/** Z and G. */
function ownNetworks(hiddenSize: number) {
  const { m, d } = networks(hiddenSize);
  return (generator: Generator) => ({
    exampleNet: damped(m.init(generator)),
    taskNet: d.init(generator),
  });
}

/** m and d, which make fast weights from gradients. */
function networks(hiddenSize: number) {
  return { m: mlp({ sizes: [2, hiddenSize, hiddenSize, 1] }), d: gradientReader(hiddenSize) };
}

/** Reads a support set into fast weights: Q* of each task, and the memory of each example's Wᵢ*. */
function writer<P extends Tree, E extends Tree, R extends Tree, I extends Tree>(
  options: MetaNetworksOptions<P, E, I, R> & ReadOptions<typeof META_NETWORKS>,
) {
  const { margin, firstOrder } = options;
  const u = bothKinds(options.representation, 'representation');
  const { losses } = encodedModel(options, 'metaNetworks');
  const { m, d } = networks(options.hiddenSize);
  return (
    params: MetaNetworksParams<P, E, R>,
    x: Tensor,
    labels: Tensor,
    context: AdaptOptions,
  ): MetaNetworksAdapted<P, E, R> => {
    const createGraph = (context.differentiable ?? false) && !firstOrder;
    const { shape } = labels;
    const [alone, target] = [x.flatten(0, 1).unsqueeze(1), labels.flatten().unsqueeze(1)];
    const present = labels.ne(IGNORED);
    const embedding = exampleGradients(params.representation, shape, createGraph, (own) =>
      embeddingLoss(u.own.apply(own, alone).squeeze(1).unflatten(0, shape), labels, margin),
    );
    const fast = unflattenParameters(
      d.read(params.taskNet, embedding, present),
      expandTasks(params.representation, shape[0] ?? 1),
    );
    const base = exampleGradients(params.model, shape, createGraph, (own) =>
      losses(own, alone, target, context),
    );
    const memory = m.apply(params.exampleNet, preprocess(base)).squeeze(-1);
    const keys = augmented(u, params.representation, fast, x);
    const { model, encoder, representation: slow } = params;
    return { model, encoder, slow, fast, memory, keys, present };
  };
}

/** A layer on T tasks: with weights that they share, and with weights of their own. */
type BothKinds<Q extends Tree> = { shared: Layer<Q>; own: Layer<Q> };

function bothKinds<Q extends Tree>(layer: Layer<Q>, name: string): BothKinds<Q> {
  return {
    shared: liftedLayer(layer, 'shared', name, NAME),
    own: liftedLayer(layer, 'own', name, NAME),
  };
}

/** A layer with slow weights and fast ones: the sum of its outputs with each. */
function augmented<Q extends Tree>(layer: BothKinds<Q>, slow: Q, fast: Q, x: Tensor): Tensor {
  return layer.shared.apply(slow, x).add(layer.own.apply(fast, x));
}

/**
 * L_emb of each task: the mean contrastive loss over the pairs of two of its examples.
 *
 * @param rows `[T, n, R]`
 * @param labels `[T, n]`
 */
export function embeddingLoss(rows: Tensor, labels: Tensor, margin: number): Tensor {
  const [one, other] = [labels.unsqueeze(2), labels.unsqueeze(1)];
  const itself = torch.eye(labels.size(1), { device: labels.device }).ne(0);
  const counted = one.ne(IGNORED).logicalAnd(other.ne(IGNORED)).logicalAnd(itself.logicalNot());
  const pairs = counted.to(rows);
  const losses = contrastiveLoss(squaredDistances(rows, rows), one.eq(other), margin);
  return losses
    .mul(pairs)
    .sum([1, 2])
    .div(pairs.sum([1, 2]).clampMin(1));
}

/** The last layer near zero: fast weights that start small. */
function damped<L extends Tree>(layers: L[]): L[] {
  const last = layers.length - 1;
  return layers.map((layer, i) => (i < last ? layer : mapTree(([w]) => w.mul(0.1), layer)));
}
