/**
 * Victor Garcia Satorras, Joan Bruna: Few-Shot Learning with Graph Neural Networks, ICLR 2018,
 * https://arxiv.org/abs/1711.04043
 *
 *   x⁰ᵢ = [f(xᵢ); yᵢ], uniform y for the query;   A = softmax over j ≠ i of MLP(|xᵢ − xⱼ|)
 *   xᵏ⁺¹ = [xᵏ; ρ(θ [A₁ xᵏ; …; A_H xᵏ; xᵏ])];   logits: the query's node after the last layer
 *
 * Every query has a graph of its own: itself and the support set.
 */
import { outOfRange } from '../errors';
import { type Layer, type LinearParams, linear, type MlpParams, maskedSoftmax, mlp } from '../nn';
import { positiveInteger } from '../nn/check';
import { type Tensor, type Tree, torch } from '../torch';
import { IGNORED } from './episode';
import { type Learner, recording } from './learner';
import { membership } from './task-loss';

export type GraphOptions<E extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
  /** D: the size of the embeddings. */
  dimensions: number;
  /** N: the ways; labels are part of the nodes, so that it cannot change. */
  ways: number;
  /** H: attention heads, each an adjacency A. The paper's is one. Default: 1. */
  heads?: number;
  /** Layers, the last included. Default: 3. */
  layers?: number;
  /** Features that each layer but the last adds to a node. Default: 48. */
  features?: number;
  /** Width of the two hidden layers of the MLP over edges. Default: 64. */
  edgeFeatures?: number;
};

type GraphLayerParams = { edges: MlpParams; nodes: LinearParams };
type GraphLayer = { edges: Layer<MlpParams>; nodes: Layer<LinearParams> };

export type GraphParams<E extends Tree> = { encoder: E; layers: GraphLayerParams[] };

/** The nodes `[T, s, D + N]` of the support set, and which of them are there `[T, s]`. */
export type SupportGraph<P extends Tree> = { params: P; nodes: Tensor; present: Tensor };

/**
 * The few-shot learner by graph neural networks, with leaky rectifiers for ρ and without the paper's
 * batch normalisation, which would let tasks see each other.
 *
 * @throws ArgumentRangeError if a size is no positive integer, or tasks have other than N ways
 */
export function graphNetwork<E extends Tree, I extends Tree = Tensor>(
  options: GraphOptions<E, I>,
): Learner<GraphParams<E>, SupportGraph<GraphParams<E>>, I> {
  const { encoder } = options;
  const ways = positiveInteger(options.ways, 'ways', 'graphNetwork');
  const layers = graphLayers(options);
  return {
    init: (generator) => ({
      encoder: encoder.init(generator),
      layers: layers.map(({ edges, nodes }) => ({
        edges: edges.init(generator),
        nodes: nodes.init(generator),
      })),
    }),
    adapt: (params, { inputs, labels }, given, adaptOptions = {}) =>
      recording(adaptOptions, () => {
        if (given !== ways) throw outOfRange(`${ways}`, 'ways of graphNetwork', given);
        const embedded = encoder.apply(params.encoder, inputs, adaptOptions);
        const nodes = torch.cat([embedded, membership(labels, ways, embedded)], -1);
        return { params, nodes, present: labels.ne(IGNORED) };
      }),
    predict: ({ params, nodes, present }, inputs, adaptOptions = {}) =>
      recording(adaptOptions, () => {
        const embedded = encoder.apply(params.encoder, inputs, adaptOptions);
        const unknown = embedded.narrow(-1, 0, 1).onesLike().div(ways).expand([-1, -1, ways]);
        const query = torch.cat([embedded, unknown], -1).unsqueeze(2);
        let x = torch.cat([nodes.unsqueeze(1).expand([-1, query.size(1), -1, -1]), query], 2);
        const there = torch.cat([present, present.narrow(1, 0, 1).onesLike()], 1);
        for (const [k, layer] of layers.entries()) {
          const own = params.layers[k] as GraphLayerParams;
          const last = k === layers.length - 1;
          // Of the last layer only the query's node is wanted.
          const to = last ? x.narrow(2, x.size(2) - 1, 1) : x;
          const y = convolve(layer, own, to, x, there);
          if (last) return y.squeeze(2);
          x = torch.cat([x, y.leakyRelu()], -1);
        }
        return x;
      }),
  };
}

function graphLayers<E extends Tree, I extends Tree>(options: GraphOptions<E, I>): GraphLayer[] {
  const { ways, heads = 1, layers = 3, features = 48, edgeFeatures = 64 } = options;
  for (const [name, value] of Object.entries({ heads, layers, features, edgeFeatures })) {
    positiveInteger(value, name, 'graphNetwork');
  }
  const start = positiveInteger(options.dimensions, 'dimensions', 'graphNetwork') + ways;
  return Array.from({ length: layers }, (_, k) => {
    const size = start + k * features;
    const outFeatures = k === layers - 1 ? ways : features;
    return {
      edges: mlp({ sizes: [size, edgeFeatures, edgeFeatures, heads] }),
      nodes: linear({ inFeatures: (heads + 1) * size, outFeatures }),
    };
  });
}

/** θ [A₁ x; …; A_H x; x] at the nodes `to`, the last ones of `x`: `[T, q, a, F]` to `[T, q, a, F′]`. */
function convolve(
  layer: GraphLayer,
  params: GraphLayerParams,
  to: Tensor,
  x: Tensor,
  present: Tensor,
): Tensor {
  const nodes = x.size(2);
  const differences = to.unsqueeze(3).sub(x.unsqueeze(2)).abs();
  const logits = layer.edges.apply(params.edges, differences).movedim([-1], [2]);
  const others = torch
    .eye(nodes, { device: x.device })
    .eq(0)
    .narrow(0, nodes - to.size(2), to.size(2));
  const mask = present.unsqueeze(1).logicalAnd(others).unsqueeze(1).unsqueeze(1);
  const heard = maskedSoftmax(logits, mask, -1).matmul(x.unsqueeze(2));
  return layer.nodes.apply(params.nodes, torch.cat([heard.transpose(2, 3).flatten(3), to], -1));
}
