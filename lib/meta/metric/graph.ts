/**
 * Victor Garcia Satorras, Joan Bruna: Few-Shot Learning with Graph Neural Networks, ICLR 2018,
 * https://arxiv.org/abs/1711.04043
 *
 *   x⁰ᵢ = [f(xᵢ); yᵢ], uniform y for the query;   A = softmax over j ≠ i of MLP(|xᵢ − xⱼ|)
 *   xᵏ⁺¹ = [xᵏ; ρ(θ [A₁ xᵏ; …; A_H xᵏ; xᵏ])];   logits: the query's node after the last layer
 *
 * Every query has a graph of its own: itself and the support set. Its layers are in `graph-layer.ts`.
 */
import {
  layerCount,
  type OptionsOf,
  positiveInteger,
  type ReadOptions,
  readOptions,
  required,
  withDefault,
} from '../../check';
import { outOfRange } from '../../errors';
import type { Layer } from '../../nn/index';
import { type Tensor, type Tree, torch } from '../../torch/index';
import { ENCODER } from '../embedder';
import { embeddingLearner } from '../embedding-learner';
import { IGNORED } from '../episode';
import type { Learner } from '../learner';
import { sized } from '../parts';
import { oneHot, QUERY_LOSS } from '../task-loss';
import {
  type GraphLayer,
  type GraphLayerParams,
  type Graphs,
  graphLayer,
  type Nodes,
  startGraphs,
} from './graph-layer';

/** What the options beside layers are checked by. */
export const GRAPH = {
  /** D: the size of the embeddings. */
  dimensions: required(positiveInteger),
  /** N: the ways; labels are part of the nodes, so that it cannot change. */
  ways: required(positiveInteger),
  /** H: attention heads, each an adjacency A. The paper's is one. Default: 1. */
  heads: withDefault(positiveInteger, 1),
  /** Layers, the last included; at most 1,000. Default: 3. */
  layers: withDefault(layerCount, 3),
  /** Features that each layer but the last adds to a node. Default: 48. */
  features: withDefault(positiveInteger, 48),
  /** Width of the two hidden layers of the MLP over edges. Default: 64. */
  edgeFeatures: withDefault(positiveInteger, 64),
  ...QUERY_LOSS,
};

export type GraphOptions<E extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
} & OptionsOf<typeof GRAPH>;

export type GraphParams<E extends Tree> = { encoder: E; layers: GraphLayerParams[] };

/** The nodes `[T, s, D + N]` of the support set, and which of them are there `[T, s]`. */
export type SupportGraph<P extends Tree> = { params: P; nodes: Tensor; present: Tensor };

/**
 * The few-shot learner by graph neural networks, with leaky rectifiers for ρ and without the paper's
 * batch normalisation, which would let tasks see each other.
 *
 * @throws ArgumentRangeError unless sizes are positive integers, or if tasks have other than N ways;
 *   ArgumentTypeError for options of another type, or unknown
 */
export function graphNetwork<E extends Tree, I extends Tree = Tensor>(
  options: GraphOptions<E, I>,
): Learner<GraphParams<E>, SupportGraph<GraphParams<E>>, I> {
  const read = readOptions({ ...ENCODER, ...GRAPH }, options, 'graphNetwork');
  const { encoder, ways, dimensions, loss } = read;
  const { hidden, last } = graphLayers(read);
  return embeddingLearner({
    learner: 'graphNetwork',
    encoder,
    loss,
    dimensions,
    ways,
    own: (generator) => ({ layers: [...hidden, last].map((layer) => layer.init(generator)) }),
    held: { nodes: sized('T', 's', dimensions + ways), present: sized('T', 's') },
    adapt: (_, embedded, labels) => ({
      nodes: torch.cat([embedded, oneHot(labels, ways, embedded)], -1),
      present: labels.ne(IGNORED),
    }),
    fits: ({ nodes }) => nodes,
    predict(params, { nodes, present }, embedded) {
      const unknown = embedded.narrow(-1, 0, 1).onesLike().div(ways).expand([-1, -1, ways]);
      const query = torch.cat([embedded, unknown], -1);
      let graphs = startGraphs({ support: nodes, query }, present);
      for (const [k, layer] of hidden.entries()) {
        const { support, query: own } = layer.all(of(params, k), graphs);
        graphs = appended(graphs, { support: support.leakyRelu(), query: own.leakyRelu() });
      }
      // Of the last layer only the query's node is wanted.
      return last.query(of(params, hidden.length), graphs);
    },
  });
}

function graphLayers(options: ReadOptions<typeof GRAPH>): {
  hidden: GraphLayer[];
  last: GraphLayer;
} {
  const { dimensions, ways, heads, layers, features, edgeFeatures } = options;
  const start = dimensions + ways;
  const layer = (k: number, outFeatures: number): GraphLayer =>
    graphLayer({ start, added: k * features, outFeatures, heads, edgeFeatures });
  return {
    hidden: Array.from({ length: layers - 1 }, (_, k) => layer(k, features)),
    last: layer(layers - 1, ways),
  };
}

function of({ layers }: Pick<GraphParams<Tree>, 'layers'>, index: number): GraphLayerParams {
  const own = layers[index];
  if (own !== undefined) return own;
  throw outOfRange(`more than ${index}`, 'layers in the parameters of graphNetwork', layers.length);
}

/** The graphs with more features at every node. */
function appended(graphs: Graphs, more: Nodes): Graphs {
  const { added } = graphs;
  if (!added) return { ...graphs, added: more };
  const both = (of: keyof Nodes): Tensor => torch.cat([added[of], more[of]], -1);
  return { ...graphs, added: { support: both('support'), query: both('query') } };
}
