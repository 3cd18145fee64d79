import { expandTasks } from '../../../nn/index';
import { withLinearRule } from '../../../nn/linear-rule';
import { mapTree, type Tensor, type Tree } from '../../../torch/index';
import type { EncodedExamples, EncodedModel } from '../../encoded-model';
import { taskCount } from '../../episode';
import type { AdaptOptions } from '../../learner';
import { repeat } from '../inner-loop';
import { gradientStep } from './gradient-step';
import { LinearTape } from './linear-tape';
import { applyUpdated } from './low-rank-update';

export type LowRankLoopOptions = {
  /** α */
  learningRate: number;
  /** k */
  innerSteps: number;
  /** Take the gradients for constants. */
  firstOrder: boolean;
};

/**
 * θ ← θ − α ∇θ L(θ), k times, as `innerLoop` does by plain SGD: the same numbers. But linear layers are
 * recorded and move by what they saw, as low-rank products as long as that is cheaper than to form the
 * weights. Those layers' adapted parameters hold the start's weights and an `update`, which only
 * `updatedContext` makes layers take into account.
 *
 * @param model in which linear weights are used by `linear` alone
 * @param params the weights `[…]` that all tasks start from
 */
export function lowRankLoop<P extends Tree, E extends Tree, I extends Tree>(
  model: EncodedModel<P, E, I>,
  params: P,
  support: EncodedExamples,
  { learningRate, innerSteps, firstOrder }: LowRankLoopOptions,
  context: AdaptOptions,
): P {
  const { differentiable = false } = context;
  const base = differentiable ? params : detach(params);
  const start = ready(expandTasks(base, taskCount({ inputs: support.x, labels: support.labels })));
  const tape = new LinearTape(base, start, support.x);
  const losses = model.supportLosses(
    support,
    withLinearRule(context, (own, x) => tape.apply(own, x) ?? applyUpdated(own, x)),
  );
  const how = { learningRate, createGraph: differentiable && !firstOrder, tape };
  const { theta } = repeat(
    { theta: start, kept: [] as readonly Tensor[] },
    ({ theta: at }) => ({ theta: gradientStep(at, losses, how), kept: tape.kept }),
    { times: innerSteps, differentiable, kept: [base, support.x] },
  );
  return differentiable ? theta : detach(theta);
}

/** The context in which layers apply the updates that the loop has left in their parameters. */
export function updatedContext(context: AdaptOptions): AdaptOptions {
  return withLinearRule(context, applyUpdated);
}

/** The parameters as tensors that require gradients: themselves where they do already. */
function ready<P extends Tree>(params: P): P {
  return mapTree(([w]) => (w.requiresGrad ? w : w.detach().requiresGrad_()), params);
}

function detach<P extends Tree>(params: P): P {
  return mapTree(([w]) => w.detach(), params);
}
