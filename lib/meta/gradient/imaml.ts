/**
 * Aravind Rajeswaran, Chelsea Finn, Sham Kakade, Sergey Levine: Meta-Learning with Implicit Gradients,
 * NeurIPS 2019, https://arxiv.org/abs/1909.04630
 *
 *   φᵢ = argmin over φ of L_support,i(φ) + λ/2 ‖φ − θ‖²
 *   meta-gradient: Σᵢ (I + 1/λ ∇²L_support,i(φᵢ))⁻¹ ∇L_query,i(φᵢ), solved by conjugate gradient
 */

import {
  type OptionsOf,
  positiveFinite,
  positiveInteger,
  readOptions,
  withDefault,
} from '../../check';
import { outOfRange } from '../../errors';
import { expandTasks } from '../../nn/index';
import { mapTree, type Tensor, type Tree, torch } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import {
  type EncodedExamples,
  type EncodedParams,
  encodedModel,
  encodedParts,
} from '../encoded-model';
import type { Episodes } from '../episode';
import {
  type AdaptOptions,
  adaptScope,
  gradientsOf,
  type Learner,
  type MetaGradient,
  queryLoss,
} from '../learner';
import { reachedGradients } from '../reached-gradients';
import { conjugateGradient } from './conjugate-gradient';
import { type DescentOptions, LOOP } from './fine-tuning';
import { flattenParameters, unflattenParameters } from './flatten-parameters';
import { innerLoop } from './inner-loop';

/** What the options beside layers are checked by. */
export const IMAML = {
  /** λ: how strongly the start holds the adapted weights. Default: 1. */
  regularization: withDefault(positiveFinite, 1),
  /** Steps of conjugate gradient. Default: 5. */
  solverSteps: withDefault(positiveInteger, 5),
};

export type ImamlOptions<P extends Tree, E extends Tree, I extends Tree> = DescentOptions<P, E, I> &
  OptionsOf<typeof IMAML>;

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
  const read = readOptions({ ...LOOP, ...IMAML }, options, 'imaml');
  const { optimizer, innerSteps, maxNorm, regularization: lambda, solverSteps } = read;
  const model = encodedModel(options, 'imaml');

  const solve = (theta: P, seen: EncodedExamples, context: AdaptOptions): P => {
    const start = expandTasks(theta, seen.labels.shape[0] ?? 1);
    const objective = held(model.supportLosses(seen, context), start, lambda);
    return innerLoop(start, objective, { optimizer, innerSteps, maxNorm }).theta;
  };

  const metaGradient = (
    params: EncodedParams<P, E>,
    { support, query, ways }: Episodes<I>,
    adaptOptions: AdaptOptions = {},
  ): MetaGradient<EncodedParams<P, E>> => {
    const context = { training: true, ...adaptOptions };
    const seen = model.encodeSupport(params.encoder, support, ways, context);
    const adapted = solve(params.model, { ...seen, x: seen.x.detach() }, context);
    const phi = mapTree(([w]) => w.detach().requiresGrad_(), adapted);
    const outputs = model.apply(phi, model.encode(params.encoder, query.inputs, context), context);
    const { mean, ...reported } = queryLoss(options.loss, outputs, query.labels);
    const supportLoss = model.supportLosses(seen, context)(phi).sum();
    const { u, surrogate } = implicit(mean, supportLoss, phi, { lambda, solverSteps });
    const gradients = {
      model: overTasks(params.model, unflattenParameters(u, phi)),
      encoder: gradientsOf(surrogate, params.encoder),
    };
    return { gradients, ...reported };
  };

  return checkedLearner(encodedParts(options, 'imaml'), {
    ...(options.loss && { loss: options.loss }),
    init: model.init,
    predict: model.predict,
    reduction: 'mean',
    adapt(params, support, ways, adaptOptions = {}) {
      if (adaptOptions.differentiable) throw outOfRange('false', 'differentiable', true, 'imaml');
      return adaptScope(adaptOptions, () => {
        const seen = model.encodeSupport(params.encoder, support, ways, adaptOptions);
        return { ...params, model: solve(params.model, seen, adaptOptions) };
      });
    },
    metaGradient: (...args) => torch.scope(() => metaGradient(...args)),
  });
}

/** L_support + λ/2 ‖φ − θ‖² of each task, θ the start. */
function held<P extends Tree>(
  losses: (phi: P) => Tensor,
  start: P,
  lambda: number,
): (phi: P) => Tensor {
  const center = flattenParameters(start).detach();
  return (phi) => {
    const away = flattenParameters(phi).sub(center).square().sum([1]);
    return losses(phi).add(away, { alpha: lambda / 2 });
  };
}

/**
 * u = (I + H/λ)⁻¹ ∇L_query at φ, `[T, D]`, the implicit gradient with respect to the start; and a
 * scalar whose gradient with respect to what both losses were computed from, u held fixed, is its own.
 */
function implicit<P extends Tree>(
  loss: Tensor,
  supportLoss: Tensor,
  phi: P,
  { lambda, solverSteps }: { lambda: number; solverSteps: number },
): { u: Tensor; surrogate: Tensor } {
  const keep = { retainGraph: true };
  const slope = flattenParameters(
    reachedGradients(supportLoss, phi, { of: 'the support loss', ...keep, createGraph: true }),
  );
  // (I + H/λ) v; a loss that is linear in φ has no H.
  const product = (v: Tensor): Tensor => {
    if (!slope.requiresGrad) return v;
    const curved = torch.grad(slope, phi, { ...keep, allowUnused: true, gradOutputs: v });
    return v.add(flattenParameters(curved), { alpha: 1 / lambda });
  };
  const steepest = flattenParameters(
    reachedGradients(loss, phi, { of: 'the query loss', ...keep }),
  );
  const u = torch.noGrad(() => conjugateGradient(product, steepest, solverSteps));
  return { u, surrogate: loss.sub(slope.mul(u).sum(), { alpha: 1 / lambda }) };
}

/** The sum of the tasks' gradients for every weight; zeros for those that are frozen. */
function overTasks<P extends Tree>(model: P, gradients: P): P {
  return mapTree(([w, own]) => (w.requiresGrad ? own.sum([0]) : w.zerosLike()), model, gradients);
}
