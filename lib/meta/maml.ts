/**
 * Chelsea Finn, Pieter Abbeel, Sergey Levine: Model-Agnostic Meta-Learning for Fast Adaptation of
 * Deep Networks, ICML 2017, https://arxiv.org/abs/1703.03400
 *
 *   θᵢ′ = θ − α ∇θ L_support,i(θ), repeated k times;   meta-gradient: ∇θ Σᵢ L_query,i(θᵢ′)
 */
import { outOfRange } from '../errors';
import { expandTasks, type Layer } from '../nn';
import { mapTree, type Tensor, type Tree, torch } from '../torch';
import { type Examples, taskCount } from './episode';
import { type AdaptOptions, type Learner, recording } from './learner';
import { type TaskLoss, taskCrossEntropy } from './task-loss';

export type MamlOptions<P extends Tree, E extends Tree, I extends Tree> = {
  /** What is adapted: `[T, n, …]` to logits `[T, n, N]`, with parameters `[T, …]`. */
  model: Layer<P>;
  /**
   * What comes before it and stays as it is while adapting. It is meta-learned with the model, and
   * computed once for each task. Without one the model takes the inputs as they are.
   */
  encoder?: Layer<E, I>;
  /** α: the learning rate of the inner loop. */
  innerLearningRate: number;
  /** k: gradient steps on the support set; 0 leaves the parameters as they are. Default: 5. */
  innerSteps?: number;
  /** Take ∂θ′/∂θ for the identity, as the paper's section 5.2 does. Default: false. */
  firstOrder?: boolean;
  /** L, of both loops. Default: the cross-entropy of each task. */
  loss?: TaskLoss;
};

/** Parameters: those that adapt, and those of the encoder; `{}` without one. */
export type MamlParams<P extends Tree, E extends Tree> = { model: P; encoder: E };

/** The adapted weights of T tasks, `[T, …]`, and the encoder that they were adapted for. */
export type MamlAdapted<P extends Tree, E extends Tree> = MamlParams<P, E>;

/**
 * MAML, of second order unless `firstOrder`. All tasks adapt in one inner loop: they are
 * independent, so the gradient of their summed losses is each task's own gradient.
 *
 * @throws ArgumentRangeError if a step count or rate is out of range
 */
export function maml<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: MamlOptions<P, E, I>,
): Learner<MamlParams<P, E>, MamlAdapted<P, E>, I> {
  const { model, encoder, innerLearningRate: alpha, innerSteps = 5, firstOrder = false } = options;
  const taskLoss = options.loss ?? taskCrossEntropy;
  if (!Number.isInteger(innerSteps) || innerSteps < 0) {
    throw outOfRange('an integer of at least 0', 'innerSteps', innerSteps, 'maml');
  }
  if (!Number.isFinite(alpha)) {
    throw outOfRange('a finite number', 'innerLearningRate', alpha, 'maml');
  }

  const encode = (params: E, inputs: I, adaptOptions: AdaptOptions): Tensor =>
    encoder === undefined
      ? (inputs as Tree as Tensor)
      : encoder.apply(params, inputs, adaptOptions);

  // One step of every task's inner loop: θ − α ∇θ L(θ).
  const step = (theta: P, x: Tensor, support: Examples<I>, adaptOptions: AdaptOptions): P => {
    const { differentiable = false } = adaptOptions;
    const from = mapTree(([w]) => (w.requiresGrad ? w : w.detach().requiresGrad_()), theta);
    const gradients = torch.enableGrad(() => {
      const logits = model.apply(from, x, adaptOptions);
      const loss = taskLoss(logits, support.labels).sum();
      const createGraph = differentiable && !firstOrder;
      return torch.grad(loss, from, { createGraph, allowUnused: true });
    });
    return mapTree(([w, g]) => w.sub(g, { alpha }), from, gradients);
  };

  return {
    ...(options.loss && { loss: options.loss }),
    init: (generator) => ({
      model: model.init(generator),
      encoder: encoder === undefined ? ({} as E) : encoder.init(generator),
    }),
    adapt: (params, support, _ways, adaptOptions = {}) =>
      recording(adaptOptions, () => {
        const x = encode(params.encoder, support.inputs, adaptOptions);
        let theta = expandTasks(params.model, taskCount(support));
        // Without a graph to keep, every step starts from leaves of its own.
        if (!adaptOptions.differentiable) theta = mapTree(([w]) => w.detach(), theta);
        for (let k = 0; k < innerSteps; k++) theta = step(theta, x, support, adaptOptions);
        return { model: theta, encoder: params.encoder };
      }),
    predict: (adapted, inputs, adaptOptions = {}) =>
      recording(adaptOptions, () =>
        model.apply(adapted.model, encode(adapted.encoder, inputs, adaptOptions), adaptOptions),
      ),
  };
}
