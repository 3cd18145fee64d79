/**
 * Chelsea Finn, Aravind Rajeswaran, Sham Kakade, Sergey Levine: Online Meta-Learning, ICML 2019,
 * https://arxiv.org/abs/1902.08438
 *
 *   θₜ₊₁ = argmin over θ of Σ_{i ≤ t} L_query,i(Uᵢ(θ))
 *
 * approached, as in the paper's section 4, by meta-steps on the newest tasks and some of the earlier.
 * Which earlier ones are used again is up to how similar they are to the newest.
 */

import {
  array,
  callable,
  type OptionsOf,
  objectOf,
  optional,
  readOptions,
  required,
  stepCount,
  withDefault,
} from '../../check';
import { trainable } from '../../nn/index';
import type { Optimizer, OptimizerState } from '../../optim/index';
import { optimizerOf } from '../../optim/optimizer';
import { shapeOf } from '../../torch/check-tensors';
import { leaves, mapTree, type Tensor, type Tree, torch } from '../../torch/index';
import { type Episodes, taskCount } from '../episode';
import { joinEpisodes } from '../join-episodes';
import {
  type AdaptOptions,
  type Learner,
  learnerOf,
  type MetaGradient,
  metaGradient,
  queryLogits,
  queryLoss,
} from '../learner';

const NAME = 'followTheMetaLeader';

/** What the options beside layers are checked by. */
export const FOLLOW = {
  /** Meta-steps of each round. Default: 10. */
  metaSteps: withDefault(stepCount, 10),
  /** How many earlier batches are used again in a round. Default: 4. */
  reuse: withDefault(stepCount, 4),
};

export type OnlineOptions<P extends Tree, A, I extends Tree, S extends OptimizerState> = {
  /** U and L; any learner. */
  learner: Learner<P, A, I>;
  /** Takes the meta-steps. */
  optimizer: Optimizer<S>;
  /**
   * What says how similar tasks are, by the cosine between two of it. Default: the meta-gradient at
   * the parameters of the start, which is the same for all rounds.
   */
  describe?: (start: P, episodes: Episodes<I>) => Tensor;
} & OptionsOf<typeof FOLLOW>;

/** What a round leads to the next one with. */
export type OnlineState<P extends Tree, S extends OptimizerState, I extends Tree> = {
  /** θₜ */
  params: P;
  optimizer: S;
  /** The parameters of the start, by which tasks are described. */
  start: P;
  /** The batches of all rounds, which must not be disposed of, and what describes them. */
  seen: readonly { episodes: Episodes<I>; description: Tensor }[];
};

/** What a round saw before it learned: the loss and accuracy that count for the regret. */
export type Round<P extends Tree, S extends OptimizerState, I extends Tree> = {
  state: OnlineState<P, S, I>;
  loss: number;
  accuracy: number;
  /** The earlier rounds used again, the most similar first. */
  reused: number[];
};

/** The cosine between two descriptions, from −1 to 1; 0 for zeros. */
export function taskSimilarity(a: Tensor, b: Tensor): number {
  shapeOf(a, 'first description', 'taskSimilarity');
  shapeOf(b, 'second description', 'taskSimilarity');
  const norms = torch.scope(() => Number(a.norm().mul(b.norm()).item()));
  return norms === 0 ? 0 : torch.scope(() => Number(a.mul(b).sum().item())) / norms;
}

/**
 * Follow the meta-leader, as pure functions: `round` leaves the state it is given as it is.
 *
 * @throws ArgumentRangeError if a count is not an integer of at least 0; ArgumentTypeError for options of
 *   another type, or unknown
 */
export function followTheMetaLeader<
  P extends Tree,
  A,
  I extends Tree = Tensor,
  S extends OptimizerState = OptimizerState,
>(options: OnlineOptions<P, A, I, S>) {
  const { learner, optimizer, metaSteps, reuse } = readOptions(
    {
      learner: required(learnerOf),
      optimizer: required(optimizerOf),
      describe: optional(callable),
      ...FOLLOW,
    },
    options,
    NAME,
  );
  const gradientAt = (start: P, episodes: Episodes<I>, adaptOptions: AdaptOptions): Tensor => {
    const how = { ...adaptOptions, training: false };
    const { gradients } = metaGradient(learner, start, episodes, how);
    return torch.cat(leaves(gradients).map((g) => g.flatten()));
  };
  const describe = options.describe ?? gradientAt;

  return {
    /** The state before the first round; the parameters must outlive it. */
    init(params: P): OnlineState<P, S, I> {
      const start = trainable(params);
      return { params: start, optimizer: optimizer.init(start), start, seen: [] };
    },
    /**
     * Meets new tasks: evaluates on their query sets after adapting to their support sets, remembers
     * them, and learns. Learners that draw while they learn need the options' generator.
     */
    round(
      state: OnlineState<P, S, I>,
      episodes: Episodes<I>,
      adaptOptions: AdaptOptions = {},
    ): Round<P, S, I> {
      const { start, params } = objectOf(state, 'state', NAME);
      objectOf(params, 'params in the state', NAME);
      array(state.seen, 'what was seen', 'seen in the state', NAME);
      const description = torch.scope(() => describe(start, episodes, adaptOptions));
      shapeOf(description, 'description of episodes', NAME);
      const { loss, accuracy } = torch.scope(() => {
        const { logits, labels } = queryLogits(learner, params, episodes);
        const { loss, accuracy } = queryLoss(learner.loss, logits, labels, learner.classifies);
        return { loss, accuracy };
      });
      const reused = mostSimilar(description, state.seen, reuse);
      const known = state.seen.filter((_, i) => reused.includes(i)).map((one) => one.episodes);
      const learned = learn(options, state, metaSteps, [episodes, ...known], adaptOptions);
      const seen = [...state.seen, { episodes, description }];
      return { state: { ...state, ...learned, seen }, loss, accuracy, reused };
    },
  };
}

/** The places of those most similar, the most similar first, of equals the newest. */
function mostSimilar(
  description: Tensor,
  seen: readonly { description: Tensor }[],
  count: number,
): number[] {
  return seen
    .map((earlier, i) => [i, taskSimilarity(description, earlier.description)] as const)
    .sort(([i, a], [j, b]) => b - a || j - i)
    .slice(0, count)
    .map(([i]) => i);
}

/** What is left of the state after meta-steps on all batches. */
function learn<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  { learner, optimizer }: OnlineOptions<P, A, I, S>,
  state: OnlineState<P, S, I>,
  metaSteps: number,
  episodes: readonly Episodes<I>[],
  adaptOptions: AdaptOptions,
): { params: P; optimizer: S } {
  return torch.scope(() => {
    const batches = joinEpisodes(episodes);
    // The state handed in stays as it is, so the loop starts from copies.
    let current = { params: trainable(copy(state.params)), optimizer: copy(state.optimizer) };
    for (let step = 0; step < metaSteps; step++) {
      current = torch.replace(current, (from) => {
        const gradients = meanGradient(
          batches.map((batch) => [
            taskCount(batch.query),
            metaGradient(learner, from.params, batch, adaptOptions),
          ]),
        );
        const moved = torch.noGrad(() => optimizer.update(gradients, from.optimizer, from.params));
        return { params: trainable(moved.params), optimizer: moved.state };
      });
    }
    return current;
  });
}

function copy<P extends Tree>(tree: P): P {
  return mapTree(([tensor]) => tensor.detach().clone(), tree);
}

/** The mean over all tasks of the gradients of several batches. */
function meanGradient<P extends Tree>(batches: (readonly [number, MetaGradient<P>])[]): P {
  const tasks = batches.reduce((sum, [count]) => sum + count, 0);
  const [first, ...others] = batches.map(([count, { gradients }]) =>
    mapTree(([g]) => g.mul(count / tasks), gradients),
  );
  return others.reduce((sum, next) => mapTree(([a, b]) => a.add(b), sum, next), first as P);
}
