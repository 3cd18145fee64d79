/**
 * Chelsea Finn, Pieter Abbeel, Sergey Levine: Model-Agnostic Meta-Learning for Fast Adaptation of
 * Deep Networks, ICML 2017, https://arxiv.org/abs/1703.03400
 *
 *   θᵢ′ = θ − α ∇θ L_support,i(θ), repeated k times;   meta-gradient: ∇θ Σᵢ L_query,i(θᵢ′)
 */
import { expandTasks, type Layer, LinearTape } from '../../nn/index';
import { disposeTree, mapTree, type Tensor, type Tree, torch } from '../../torch/index';
import { checkLearner, type Kinds, MODEL_KINDS } from '../check-options';
import { taskCount } from '../episode';
import { type AdaptOptions, type Learner, recording } from '../learner';
import { type TaskLoss, taskCrossEntropy } from '../task-loss';
import { gradientStep } from './gradient-step';

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
  /**
   * Record linear layers and update them by what they saw: as low-rank products, which never form the
   * adapted weights, where that is cheaper. The result is the same, exactly. Default: if the model
   * allows it.
   */
  lowRank?: boolean;
  /** L, of both loops. Default: the cross-entropy of each task. */
  loss?: TaskLoss;
};

/** Parameters: those that adapt, and those of the encoder; `{}` without one. */
export type MamlParams<P extends Tree, E extends Tree> = { model: P; encoder: E };

/** The adapted weights of T tasks, `[T, …]`, and the encoder that they were adapted for. */
export type MamlAdapted<P extends Tree, E extends Tree> = MamlParams<P, E>;

const KINDS: Kinds = {
  ...MODEL_KINDS,
  innerLearningRate: 'number',
  'firstOrder?': 'boolean',
  'lowRank?': 'boolean',
};

/**
 * MAML, of second order unless `firstOrder`. All tasks adapt in one inner loop: they are
 * independent, so the gradient of their summed losses is each task's own gradient.
 *
 * @throws ArgumentRangeError if a step count or rate is out of range; ArgumentTypeError for options of
 *   another type, or unknown
 */
export function maml<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: MamlOptions<P, E, I>,
): Learner<MamlParams<P, E>, MamlAdapted<P, E>, I> {
  checkLearner(options, KINDS, 'maml');
  const { model, encoder, innerLearningRate: alpha, innerSteps = 5, firstOrder = false } = options;
  const taskLoss = options.loss ?? taskCrossEntropy;
  const lowRank = options.lowRank ?? model.lowRank ?? false;

  const encode = (params: E, inputs: I, adaptOptions: AdaptOptions): Tensor =>
    encoder === undefined
      ? (inputs as Tree as Tensor)
      : encoder.apply(params, inputs, adaptOptions);

  return {
    ...(options.loss && { loss: options.loss }),
    init: (generator) => ({
      model: model.init(generator),
      encoder: encoder === undefined ? ({} as E) : encoder.init(generator),
    }),
    adapt: (params, support, _ways, adaptOptions = {}) =>
      recording(adaptOptions, () => {
        const { differentiable = false } = adaptOptions;
        const x = encode(params.encoder, support.inputs, adaptOptions);
        const base = differentiable ? params.model : detach(params.model);
        let theta = ready(expandTasks(base, taskCount(support)));
        const tape = lowRank ? new LinearTape(base, theta, x) : undefined;
        const loss = (weights: P): Tensor =>
          taskLoss(model.apply(weights, x, { ...adaptOptions, tape }), support.labels).sum();
        const createGraph = differentiable && !firstOrder;
        for (let k = 0; k < innerSteps; k++) {
          const [next] = torch.scope(() => [
            gradientStep(theta, loss, { learningRate: alpha, createGraph, tape }),
            tape?.kept ?? [],
          ]);
          if (!differentiable) disposeTree(theta, [next, base, x]);
          theta = next;
        }
        return { model: differentiable ? theta : detach(theta), encoder: params.encoder };
      }),
    predict: (adapted, inputs, adaptOptions = {}) =>
      recording(adaptOptions, () =>
        model.apply(adapted.model, encode(adapted.encoder, inputs, adaptOptions), adaptOptions),
      ),
  };
}

/** The parameters as tensors that require gradients: themselves where they do already. */
function ready<P extends Tree>(params: P): P {
  return mapTree(([w]) => (w.requiresGrad ? w : w.detach().requiresGrad_()), params);
}

function detach<P extends Tree>(params: P): P {
  return mapTree(([w]) => w.detach(), params);
}
