import type { Examples } from '../../../lib/meta/index';
import type { GraphParams } from '../../../lib/meta/metric/graph';
import type { GraphLayerParams } from '../../../lib/meta/metric/graph-layer';
import type { LinearParams } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';

const affine = ({ weight, bias }: LinearParams, x: Tensor): Tensor =>
  torch.linear(x, weight, bias ?? null);

/**
 * Logits of one task as the paper has them: a whole graph for every query, of the support set and the
 * query, all of whose nodes are computed in every layer.
 *
 * @param support inputs `[s, F]`, labels `[s]`
 * @param queries `[q, F]`
 */
export function graphReference(
  params: GraphParams<LinearParams>,
  support: Examples,
  queries: Tensor,
  { ways, heads }: { ways: number; heads: number },
): Tensor {
  const known = support.labels.oneHot(ways).to(queries);
  const unknown = torch.full([1, ways], 1 / ways, { dtype: queries.dtype });
  return torch.stack(
    queries.unbind(0).map((query) => {
      const inputs = torch.cat([support.inputs, query.unsqueeze(0)]);
      // x⁰ᵢ = [f(xᵢ); yᵢ]
      let x = torch.cat([affine(params.encoder, inputs), torch.cat([known, unknown])], -1);
      for (const layer of params.layers.slice(0, -1)) {
        // xᵏ⁺¹ = [xᵏ; ρ(θ [A₁ xᵏ; …; A_H xᵏ; xᵏ])]
        x = torch.cat([x, mixed(x, layer, heads).leakyRelu()], -1);
      }
      const last = params.layers.at(-1);
      if (!last) throw new Error('no layer');
      return mixed(x, last, heads).select(0, -1);
    }),
  );
}

/** θ [A₁ x; …; A_H x; x] of all nodes `[n, F]`, with A = softmax over j ≠ i of MLP(|xᵢ − xⱼ|). */
function mixed(x: Tensor, { edges, nodes }: GraphLayerParams, heads: number): Tensor {
  let far = x.unsqueeze(1).sub(x.unsqueeze(0)).abs();
  for (const [i, layer] of edges.entries()) far = affine(layer, i === 0 ? far : far.relu());
  const self = torch.eye(x.size(0)).ne(0);
  const neighbours = Array.from({ length: heads }, (_, h) => {
    const adjacency = far.select(-1, h).maskedFill(self, -Infinity).softmax(-1);
    return adjacency.matmul(x);
  });
  return affine(nodes, torch.cat([...neighbours, x], -1));
}
