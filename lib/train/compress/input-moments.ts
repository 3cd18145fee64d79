import type { Context, LinearParams } from '../../nn';
import { withLinearRule } from '../../nn/linear-rule';
import { type Tensor, torch } from '../../torch';

/** Of the inputs x of linear layers, by their weights `[out, in]`: Σ x xᵀ over some texts, `[in, in]`. */
export type InputMoments = ReadonlyMap<Tensor, Tensor>;

/**
 * Runs a model in a context that sees what its linear layers are given. The moments are the caller's to dispose of.
 *
 * @param run computes vectors of a few texts at once
 */
export function inputMoments(
  run: (texts: readonly string[], context: Context) => Tensor,
  texts: readonly string[],
): InputMoments {
  const moments = new Map<Tensor, Tensor>();
  const runOn = (some: readonly string[], see: (weight: Tensor, x: Tensor) => void) => {
    const context = withLinearRule({}, ({ weight }: LinearParams, x: Tensor) => {
      see(weight, x);
      return undefined;
    });
    torch.noGrad(() => run(some, context).dispose());
  };
  // Which layers there are, first: what is made while they run is gone after it.
  const weights = new Set<Tensor>();
  runOn(texts.slice(0, 1), (weight) => weights.add(weight));
  for (const weight of weights) {
    moments.set(weight, torch.zeros([weight.size(-1), weight.size(-1)]));
  }
  for (let from = 0; from < texts.length; from += BATCH) {
    runOn(texts.slice(from, from + BATCH), (weight, x) =>
      torch.scope(() => {
        const rows = x.reshape([-1, x.size(-1)]);
        moments.get(weight)?.addmm_(rows.t(), rows);
      }),
    );
  }
  return moments;
}

/** Texts that are read at once. */
const BATCH = 32;
