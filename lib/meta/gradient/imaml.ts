/**
 * Aravind Rajeswaran, Chelsea Finn, Sham Kakade, Sergey Levine: Meta-Learning with Implicit Gradients,
 * NeurIPS 2019, https://arxiv.org/abs/1909.04630
 *
 *   φᵢ = argmin over φ of L_support,i(φ) + λ/2 ‖φ − θ‖²
 *   meta-gradient: Σᵢ (I + 1/λ ∇²L_support,i(φᵢ))⁻¹ ∇L_query,i(φᵢ), solved by conjugate gradient
 */
import { outOfRange } from '../../errors';
import { expandTasks } from '../../nn/index';
import { mapTree, type Tensor, type Tree, torch } from '../../torch/index';
import { checkLearner, type Kinds, LOOP_KINDS } from '../check-options';
import { type EncodedParams, encodedModel } from '../encoded-model';
import type { Episodes } from '../episode';
import {
  type AdaptOptions,
  gradientsOf,
  judge,
  type Learner,
  type MetaGradient,
  recording,
} from '../learner';
import { conjugateGradient } from './conjugate-gradient';
import type { FineTuningOptions } from './fine-tuning';
import { innerLoop } from './inner-loop';
import { fromTaskVectors, taskVectors } from './task-vectors';

export type ImamlOptions<P extends Tree, E extends Tree, I extends Tree> = FineTuningOptions<
  P,
  E,
  I
> & {
  /** λ: how strongly the start holds the adapted weights. Default: 1. */
  regularization?: number;
  /** Steps of conjugate gradient. Default: 5. */
  solverSteps?: number;
};

const KINDS: Kinds = {
  ...LOOP_KINDS,
  'regularization?': 'finite',
  'solverSteps?': 'count',
};

/**
 * Implicit MAML: the meta-gradient depends on where the inner loop ends, not on how it gets there. The
 * encoder gets its exact implicit gradient too.
 *
 * `adapt` keeps no graph: it refuses `differentiable`.
 *
 * @throws ArgumentRangeError if an option is out of range; ArgumentTypeError if it is of another type, or
 *   unknown
 */
export function imaml<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: ImamlOptions<P, E, I>,
): Learner<EncodedParams<P, E>, EncodedParams<P, E>, I> {
  checkLearner(options, KINDS, 'imaml');
  const { model, regularization: lambda = 1, solverSteps = 5 } = options;
  const { init, encode, predict, losses } = encodedModel(options);

  const solve = (theta: P, x: Tensor, labels: Tensor, context: AdaptOptions): P => {
    const start = expandTasks(theta, labels.shape[0] ?? 1);
    const objective = held((phi: P) => losses(phi, x, labels, context), start, lambda);
    return innerLoop(start, objective, options).theta;
  };

  const metaGradient = (
    params: EncodedParams<P, E>,
    { support, query }: Episodes<I>,
    adaptOptions: AdaptOptions = {},
  ): MetaGradient<EncodedParams<P, E>> => {
    const context = { training: true, ...adaptOptions };
    const x = encode(params.encoder, support.inputs, context);
    const adapted = solve(params.model, x.detach(), support.labels, context);
    const phi = mapTree(([w]) => w.detach().requiresGrad_(), adapted);
    const outputs = model.apply(phi, encode(params.encoder, query.inputs, context), context);
    const { mean, ...seen } = judge(options.loss, outputs, query.labels);
    const supportLoss = losses(phi, x, support.labels, context).sum();
    const { u, surrogate } = implicit(mean, supportLoss, phi, { lambda, solverSteps });
    const gradients = {
      model: overTasks(params.model, fromTaskVectors(u, phi)),
      encoder: gradientsOf(surrogate, params.encoder),
    };
    return { gradients, ...seen };
  };

  return {
    ...(options.loss && { loss: options.loss }),
    init,
    predict,
    adapt(params, support, _ways, adaptOptions = {}) {
      if (adaptOptions.differentiable) throw outOfRange('false', 'differentiable', true, 'imaml');
      return recording(adaptOptions, () => {
        const x = encode(params.encoder, support.inputs, adaptOptions);
        const model = solve(params.model, x, support.labels, adaptOptions);
        return { ...params, model };
      });
    },
    metaGradient: (...args) => torch.scope(() => metaGradient(...args)),
  };
}

/** L_support + λ/2 ‖φ − θ‖² of each task, θ the start. */
function held<P extends Tree>(
  losses: (phi: P) => Tensor,
  start: P,
  lambda: number,
): (phi: P) => Tensor {
  const center = taskVectors(start).detach();
  return (phi) => {
    const away = taskVectors(phi).sub(center).square().sum([1]);
    return losses(phi).add(away, { alpha: lambda / 2 });
  };
}

/**
 * u = (I + H/λ)⁻¹ ∇L_query at φ, `[T, D]`, the implicit gradient with respect to the start; and a
 * scalar whose gradient with respect to what both losses were computed from, u held fixed, is its own.
 */
function implicit<P extends Tree>(
  queryLoss: Tensor,
  supportLoss: Tensor,
  phi: P,
  { lambda, solverSteps }: { lambda: number; solverSteps: number },
): { u: Tensor; surrogate: Tensor } {
  const grad = (of: Tensor, how: { gradOutputs?: Tensor; createGraph?: boolean }): Tensor =>
    taskVectors(torch.grad(of, phi, { retainGraph: true, allowUnused: true, ...how }));
  const slope = grad(supportLoss, { createGraph: true });
  // (I + H/λ) v; a loss that is linear in φ has no H.
  const product = (v: Tensor): Tensor =>
    slope.requiresGrad ? v.add(grad(slope, { gradOutputs: v }), { alpha: 1 / lambda }) : v;
  const u = torch.noGrad(() => conjugateGradient(product, grad(queryLoss, {}), solverSteps));
  return { u, surrogate: queryLoss.sub(slope.mul(u).sum(), { alpha: 1 / lambda }) };
}

/** The sum of the tasks' gradients for every weight; zeros for those that are frozen. */
function overTasks<P extends Tree>(model: P, gradients: P): P {
  return mapTree(([w, own]) => (w.requiresGrad ? own.sum([0]) : w.zerosLike()), model, gradients);
}
