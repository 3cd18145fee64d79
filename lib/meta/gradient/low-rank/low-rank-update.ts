import { objectOf } from '../../../check';
import type { LinearParams } from '../../../nn/index';
import { requireTensors, wrongShape } from '../../../torch/check-tensors';
import { type Tensor, torch } from '../../../torch/index';

/**
 * What gradient steps have added to a linear layer's weights, as products: ΔW = Σ δᵀh over the rows
 * h of the inputs `[T, m, in]` and δ of the deltas `[T, m, out]`, and Δb = Σ δ. So the layer never
 * forms W′ = W + δᵀh: x·W′ᵀ = x·Wᵀ + (x·hᵀ)·δ, and the product with W is shared by all tasks.
 */
export type LowRankUpdate = { inputs: Tensor; deltas: Tensor };

/** A linear layer's parameters while an inner loop may leave its weights as they are. */
export type LowRankParams = LinearParams & { update?: LowRankUpdate };

/**
 * True as long as the products cost less than W′ itself: for each row of an input, an update of rank r
 * takes r·(in + out) multiplications, and to form W′ takes in·out for each row that it was made of.
 * Small products are slow, so they have to be half as many.
 */
export function isLowRank({ inputs, deltas }: LowRankUpdate): boolean {
  const [, rank = 0, inFeatures = 0] = inputs.shape;
  const outFeatures = deltas.shape[2] ?? 0;
  return 2 * rank * (inFeatures + outFeatures) < inFeatures * outFeatures;
}

/**
 * x·W′ᵀ + b′ for parameters with low-rank updates, the layer's own result without. `[T, n, in]` gives
 * `[T, n, out]`.
 *
 * @throws ArgumentRangeError if x is not of the update's tasks
 */
export function applyUpdated(params: LowRankParams, x: Tensor): Tensor | undefined {
  const { update } = objectOf(params, 'parameters', 'linear');
  if (update === undefined) return undefined;
  const { inputs, deltas } = objectOf(update, 'update', 'linear');
  requireTensors({ x, inputs, deltas }, 'linear');
  const [tasks, , inFeatures] = inputs.shape;
  const { shape } = x;
  if (shape.length < 3 || shape[0] !== tasks || shape.at(-1) !== inFeatures) {
    throw wrongShape(`[${tasks}, n, ..., ${inFeatures}]`, 'input', shape, 'linear');
  }
  return addUpdate(torch.linear(x, params.weight, params.bias ?? null), x, params);
}

/**
 * Adds what the update makes of x to what the layer made of it.
 *
 * @param product makes (x·hᵀ) or finds it, if it was asked for before
 */
export function addUpdate(
  base: Tensor,
  x: Tensor,
  { update, bias }: LowRankParams,
  product: (inputs: Tensor, gram: () => Tensor) => Tensor = (_, gram) => gram(),
): Tensor {
  if (update === undefined) return base;
  const gram = product(update.inputs, () => {
    const rows = torch.taskLinear(x, update.inputs);
    // The bias is a weight of an input that is always 1.
    return bias === undefined ? rows : rows.add(1);
  });
  return torch.taskProduct(base, gram, update.deltas);
}

/** The update and one more step's. */
export function extendUpdate(
  update: LowRankUpdate | undefined,
  inputs: Tensor,
  deltas: Tensor,
): LowRankUpdate {
  if (update === undefined) return { inputs, deltas };
  // The model's own input is the same at every step: its deltas add up and the rank stays.
  if (update.inputs === inputs) return { inputs, deltas: update.deltas.add(deltas) };
  return {
    inputs: torch.cat([update.inputs, inputs], 1),
    deltas: torch.cat([update.deltas, deltas], 1),
  };
}
