import { callable } from '../../check';
import type { LearningRate, Optimizer, OptimizerState } from '../../optim/index';
import { optimizerOf } from '../../optim/optimizer';
import { flattenTree, type Tensor, type Tree, unflattenTree } from '../../torch/index';

/** An optimizer still without its rate: `(learningRate) => adam({ learningRate })`. */
export type RatedOptimizer = (learningRate: LearningRate) => Optimizer;

/**
 * An optimizer with a rate of its own for every tensor and step; gradients flow to the rates.
 *
 * @param rates of the parameters' structure, `[K]` each; beyond K steps the last goes on
 */
export function withRates(make: RatedOptimizer, rates: Tree): Optimizer {
  callable(make, 'make', 'withRates');
  const optimizers = Object.entries(flattenTree(rates)).map(([path, own]) => {
    const last = (own.shape[0] ?? 1) - 1;
    const made = make((step) => own.select(0, Math.min(step, last)));
    return [path, optimizerOf(made, 'what make returns', 'withRates')] as const;
  });
  return {
    init(params) {
      const flat = flattenTree(params);
      return Object.fromEntries(
        optimizers.map(([path, one]) => [path, one.init(flat[path] ?? {})]),
      );
    },
    update(gradients, state, params) {
      const [g, p] = [flattenTree(gradients), flattenTree(params)];
      const moved: Record<string, Tensor> = {};
      const next: Record<string, OptimizerState> = {};
      for (const [path, one] of optimizers) {
        const [gradient, weight] = [g[path], p[path]];
        if (gradient === undefined || weight === undefined) continue;
        const updated = one.update(gradient, state[path] as OptimizerState, weight);
        [moved[path], next[path]] = [updated.params, updated.state];
      }
      return { params: unflattenTree(moved, params), state: next };
    },
  };
}
