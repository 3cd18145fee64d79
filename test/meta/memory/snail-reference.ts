import type { Examples } from '../../../lib/meta/index';
import type { SnailParams } from '../../../lib/meta/memory/snail';
import type { BlockParams } from '../../../lib/meta/memory/snail-blocks';
import type { LinearParams } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';

const affine = ({ weight, bias }: LinearParams, x: Tensor): Tensor =>
  torch.linear(x, weight, bias ?? null);

/**
 * Logits of one task as the paper has them: one sequence for every query, the support set with its
 * labels and the query without, through all blocks; the last step is the answer.
 *
 * @param support inputs `[s, F]`, labels `[s]`
 * @param queries `[q, F]`
 */
export function snailReference(
  params: SnailParams<LinearParams>,
  support: Examples,
  queries: Tensor,
  ways: number,
): Tensor {
  const labels = support.labels.oneHot(ways).to(queries);
  return torch.stack(
    queries.unbind(0).map((query) => {
      const embedded = affine(params.encoder, torch.cat([support.inputs, query.unsqueeze(0)]));
      const known = torch.cat([labels, labels.narrow(0, 0, 1).zerosLike()]);
      let steps = torch.cat([embedded, known], -1);
      let dilation = 1;
      for (const block of params.blocks) {
        // Dense blocks come in rows of dilations 1, 2, 4, …; attention ends a row.
        steps = block.conv ? dense(block.conv, steps, dilation) : attention(block, steps);
        dilation = block.conv ? 2 * dilation : 1;
      }
      return affine(params.output, steps.select(0, -1));
    }),
  );
}

/** [x; tanh(conv_d(x)) · σ(conv_d(x))]: a step meets the one d steps before, zeros before the first. */
function dense(conv: LinearParams, steps: Tensor, dilation: number): Tensor {
  const rows = steps.unbind(0).map((step, i) => {
    const before = i < dilation ? step.zerosLike() : steps.select(0, i - dilation);
    const [activation, gate] = affine(conv, torch.cat([before, step])).chunk(2);
    if (!activation || !gate) throw new Error('two halves');
    return torch.cat([step, activation.tanh().mul(gate.sigmoid())]);
  });
  return torch.stack(rows);
}

/** [x; Σ over j ≤ i of softmax over j of (q(xᵢ) · k(xⱼ) / √d_k) v(xⱼ)]. */
function attention({ query, key, value }: BlockParams, steps: Tensor): Tensor {
  if (!query || !key || !value) throw new Error('a block of attention');
  const rows = steps.unbind(0).map((step, i) => {
    const seen = steps.narrow(0, 0, i + 1);
    const keys = affine(key, seen);
    const logits = keys.matmul(affine(query, step)).div(Math.sqrt(keys.size(1)));
    return torch.cat([step, logits.softmax(0).matmul(affine(value, seen))]);
  });
  return torch.stack(rows);
}
