/**
 * One layer of the few-shot graph network, for the graphs of all queries of T tasks at once. The
 * graphs of a task differ in the query alone, so what lies between support examples is computed once a
 * task, and θ [A₁ x; …; A_H x; x] as Σ A_h (θ_h x) + θ₀ x: nodes are small before they are mixed.
 */
import { type LinearParams, linear, type MlpParams, mlp } from '../../nn/index';
import { type Generator, type Tensor, torch } from '../../torch/index';

export type GraphLayerParams = { edges: MlpParams; nodes: LinearParams };

/** Features of the nodes of q graphs: those of the support set, and the query's. */
export type Nodes = { support: Tensor; query: Tensor };

/** The graphs of q queries of T tasks. */
export type Graphs = {
  /** x⁰: support `[T, s, F]`, which all graphs of a task share, and query `[T, q, F]`. */
  start: Nodes;
  /** What the layers before have added: support `[T, q, s, G]`, query `[T, q, G]`. */
  added?: Nodes;
  /** |x⁰ᵢ − x⁰ⱼ| from each query to the support set, `[T, q, s, F]`. */
  distances: Tensor;
  /** Which rows of the support set are there, `[T, s]`. */
  present: Tensor;
};

export type GraphLayer = {
  init(generator: Generator): GraphLayerParams;
  /** θ [A₁ x; …; A_H x; x] at every node. */
  all(params: GraphLayerParams, graphs: Graphs): Nodes;
  /** The same at the query's node alone, `[T, q, F′]`. */
  query(params: GraphLayerParams, graphs: Graphs): Tensor;
};

export type GraphLayerSizes = {
  /** F: features of x⁰. */
  start: number;
  /** G: features that the layers before have added. */
  added: number;
  outFeatures: number;
  heads: number;
  edgeFeatures: number;
};

/** The graphs before the first layer. */
export function startGraphs(start: Nodes, present: Tensor): Graphs {
  const distances = start.query.unsqueeze(2).sub(start.support.unsqueeze(1)).abs();
  return { start, distances, present };
}

export function graphLayer(sizes: GraphLayerSizes): GraphLayer {
  const { heads, edgeFeatures, outFeatures } = sizes;
  const size = sizes.start + sizes.added;
  const edges = mlp({ sizes: [size, edgeFeatures, edgeFeatures, heads] });
  const nodes = linear({ inFeatures: (heads + 1) * size, outFeatures });
  const later = mlp({ sizes: [edgeFeatures, edgeFeatures, heads] });
  const logits = ({ edges: own }: GraphLayerParams, hidden: Tensor): Tensor =>
    later.apply(own.slice(1), hidden.relu());

  const toQuery = (params: GraphLayerParams, graphs: Graphs): Tensor => {
    const { added, distances } = graphs;
    const far = added?.query.unsqueeze(2).sub(added.support).abs();
    return logits(params, joint(params.edges[0], sizes, distances, far)).mT;
  };
  const atQuery = (edge: Tensor, { support, query }: Nodes, present: Tensor): Tensor => {
    const weights = torch.maskedSoftmax(edge, present.unsqueeze(1).unsqueeze(1), -1);
    const mixed = weights.flatten(2).unsqueeze(2).matmul(byHead(support, heads)).squeeze(2);
    return mixed.add(query.narrow(-1, heads * outFeatures, outFeatures));
  };
  return {
    init: (generator) => ({ edges: edges.init(generator), nodes: nodes.init(generator) }),
    query: (params, graphs) =>
      atQuery(toQuery(params, graphs), projected(params.nodes, sizes, graphs), graphs.present),
    all(params, graphs) {
      const values = projected(params.nodes, sizes, graphs);
      const edge = toQuery(params, graphs);
      const pairs = pairsOf(graphs.present);
      const among = logits(params, joint(params.edges[0], sizes, ...pairDistances(graphs, pairs)));
      const rows = among.indexSelect(2, pairs.place).movedim([-1], [2]);
      const square = rows.unflatten(-1, [graphs.present.size(1), -1]);
      const weights = supportAttention(square, edge, graphs.present);
      const own = values.support.narrow(-1, heads * outFeatures, outFeatures);
      const support = weights.support.matmul(byHead(values.support, heads)).add(own);
      const fromQuery = weights.query.matmul(
        values.query.narrow(-1, 0, heads * outFeatures).unflatten(-1, [heads, -1]),
      );
      return { support: support.add(fromQuery), query: atQuery(edge, values, graphs.present) };
    },
  };
}

/** A linear layer of [first; second], whose axes broadcast; without `second`, of the first alone. */
function joint(
  params: LinearParams | undefined,
  { start, added }: Pick<GraphLayerSizes, 'start' | 'added'>,
  first: Tensor,
  second: Tensor | undefined,
): Tensor {
  if (params === undefined) return first;
  const { weight, bias } = params;
  const sum = torch.linear(first, weight.narrow(1, 0, start), bias ?? null);
  return second ? sum.add(torch.linear(second, weight.narrow(1, start, added))) : sum;
}

/** θ_1 x, …, θ_H x, θ₀ x + b side by side: support `[T, 1 or q, s, (H + 1)·F′]`, query `[T, q, …]`. */
function projected(
  { weight, bias }: LinearParams,
  sizes: GraphLayerSizes,
  { start, added }: Graphs,
): Nodes {
  const { heads, outFeatures } = sizes;
  const own = {
    weight: weight
      .unflatten(1, [heads + 1, -1])
      .transpose(0, 1)
      .flatten(0, 1),
    ...(bias && { bias: bias.constantPadNd([heads * outFeatures, 0]) }),
  };
  return {
    support: joint(own, sizes, start.support.unsqueeze(1), added?.support),
    query: joint(own, sizes, start.query, added?.query),
  };
}

/** `[…, s, (H + 1)·F′]` to what the heads mix, `[…, H·s, F′]`. */
function byHead(values: Tensor, heads: number): Tensor {
  const split = values.unflatten(-1, [heads + 1, -1]).narrow(-2, 0, heads);
  return split.transpose(-3, -2).flatten(-3, -2);
}

/** Distances are symmetric: the pairs i ≤ j, and where each (i, j) of s × s finds its own. */
type Pairs = { first: Tensor; second: Tensor; place: Tensor };

function pairsOf(present: Tensor): Pairs {
  const count = present.size(1);
  const [first, second]: [number[], number[]] = [[], []];
  const place: number[] = new Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      place[i * count + j] = first.length;
      place[j * count + i] = first.length;
      first.push(i);
      second.push(j);
    }
  }
  const index = (values: number[]) =>
    torch.tensor(values, { dtype: 'int64', device: present.device });
  return { first: index(first), second: index(second), place: index(place) };
}

/** |xᵢ − xⱼ| of the pairs: of x⁰ `[T, 1, p, F]`, of what was added `[T, q, p, G]`. */
function pairDistances({ start, added }: Graphs, { first, second }: Pairs): [Tensor, Tensor?] {
  const between = (x: Tensor): Tensor =>
    x.indexSelect(-2, first).sub(x.indexSelect(-2, second)).abs();
  const shared = between(start.support).unsqueeze(1);
  return added ? [shared, between(added.support)] : [shared];
}

/**
 * How support nodes weigh their neighbours, from logits `[T, 1 or q, H, s, s]` and, of the query,
 * `[T, q, H, s]`: the support set `[T, q, s, H·s]`, the query `[T, q, s, H]`.
 */
function supportAttention(among: Tensor, edge: Tensor, present: Tensor): Nodes {
  const count = present.size(1);
  const others = torch.eye(count, { device: among.device }).eq(0);
  const mask = present.unsqueeze(1).logicalAnd(others).constantPadNd([0, 1], 1);
  const logits = torch.cat([among.expand([-1, edge.size(1), -1, -1, -1]), edge.unsqueeze(-1)], -1);
  const weights = torch.maskedSoftmax(logits, mask.unsqueeze(1).unsqueeze(1), -1).transpose(2, 3);
  return {
    support: weights.narrow(-1, 0, count).flatten(-2),
    query: weights.select(-1, count),
  };
}
