/**
 * Aniruddh Raghu, Maithra Raghu, Samy Bengio, Oriol Vinyals: Rapid Learning or Feature Reuse? Towards
 * Understanding the Effectiveness of MAML, ICLR 2020, https://arxiv.org/abs/1909.09157
 *
 *   θ = (θ_body, θ_head);   θ_head,i′ = θ_head − α ∇θ_head L_support,i(θ), repeated k times
 */

import { callable, type OptionsOf, optional, readOptions } from '../../check';
import { invalidArgument } from '../../errors';
import { expandTasks } from '../../nn/index';
import {
  flattenTree,
  isTensor,
  leaves,
  mapTree,
  type Tensor,
  type Tree,
  unflattenTree,
} from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import { type EncodedParams, encodedModel, encodedParts } from '../encoded-model';
import { taskCount } from '../episode';
import { adaptScope, type Learner } from '../learner';
import { FINE_TUNING, type FineTuningOptions } from './fine-tuning';
import { innerLoop } from './inner-loop';

const OPTIONS = {
  /**
   * Chooses the weights of the head by their dotted path, for example `2.weight`. Default: those of
   * the model's last layer.
   */
  head: optional<(path: string) => boolean>(callable),
};

export type AnilOptions<P extends Tree, E extends Tree, I extends Tree> = FineTuningOptions<
  P,
  E,
  I
> &
  OptionsOf<typeof OPTIONS>;

/**
 * MAML that adapts the head alone. The body's weights get no task axis if the model declares one: they
 * are the very tensors that were meta-learned. A body that is given as the `encoder` is computed once for each task instead of
 * once a step; then the head is `() => true`.
 *
 * @throws ArgumentRangeError if a step count or norm is out of range; ArgumentTypeError for
 *   options of another type, or unknown
 */
export function anil<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: AnilOptions<P, E, I>,
): Learner<EncodedParams<P, E>, EncodedParams<P, E>, I> {
  const read = readOptions({ ...FINE_TUNING, ...OPTIONS }, options, 'anil');
  const { optimizer, innerSteps, maxNorm, firstOrder } = read;
  const { init, encodeSupport, predict, supportLosses } = encodedModel(options, 'anil');
  return checkedLearner(encodedParts(options, 'anil'), {
    ...(options.loss && { loss: options.loss }),
    init,
    predict,
    adapt: (params, support, ways, adaptOptions = {}) =>
      adaptScope(adaptOptions, () => {
        const seen = encodeSupport(params.encoder, support, ways, adaptOptions);
        const losses = supportLosses(seen, adaptOptions);
        const tasks = taskCount(support);
        const own = flattenTree(params.model);
        // A model written for one task takes a task axis of all weights or of none.
        const weights = options.model.tasks === true ? own : expandTasks(own, tasks);
        const isHead = options.head ?? inLastLayer(params.model);
        const head = Object.fromEntries(Object.entries(own).filter(([path]) => isHead(path)));
        if (Object.keys(head).length === 0) {
          throw invalidArgument('a weight to be chosen', 'head of anil', options.head, 'anil');
        }
        const { differentiable = false } = adaptOptions;
        // The body's own graph is needed only by the meta-gradient.
        const body = differentiable ? weights : mapTree(([w]) => w.detach(), weights);
        const whole = (start: typeof weights, adapted: typeof weights): P =>
          unflattenTree({ ...start, ...adapted }, params.model);
        const { theta } = innerLoop(
          expandTasks(head, tasks),
          (at) => losses(whole(body, at)),
          { optimizer, innerSteps, maxNorm },
          { differentiable, firstOrder },
        );
        return { model: whole(weights, theta), encoder: params.encoder };
      }),
  });
}

/** Whether a path lies in the last subtree that holds tensors themselves. */
function inLastLayer(params: Tree): (path: string) => boolean {
  let prefix = '';
  for (let tree = params; !isTensor(tree); ) {
    const children = Object.entries(tree).filter(([, child]) => leaves(child).length > 0);
    const last = children.at(-1);
    if (last === undefined || children.some(([, child]) => isTensor(child))) break;
    prefix += `${last[0]}.`;
    tree = last[1];
  }
  return (path) => path.startsWith(prefix);
}
