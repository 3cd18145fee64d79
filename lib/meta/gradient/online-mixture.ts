/**
 * Ghassen Jerfel, Erin Grant, Thomas Griffiths, Katherine Heller: Reconciling meta-learning and continual learning with
 * online mixtures of tasks, NeurIPS 2019, https://arxiv.org/abs/1812.06080
 *
 *   k = argmin over k of L_held(U_{¬held}(θₖ)),   θₖ ← follow the meta-leader on the tasks of k
 *
 * with several meta-learners instead of one, each for tasks of a kind. Here the choice is hard instead of shared, and
 * a new one begins unless one that is kept does better than the start, by more than chance alone would give.
 */
import {
  array,
  callable,
  numberWhere,
  type OptionsOf,
  objectOf,
  optional,
  positiveInteger,
  readOptions,
  required,
  withDefault,
} from '../../check';
import type { Optimizer, OptimizerState } from '../../optim/index';
import { optimizerOf } from '../../optim/optimizer';
import { shapeOf } from '../../torch/check-tensors';
import { leaves, type Tensor, type Tree, torch } from '../../torch/index';
import { checkEpisodes, type Episodes, type Examples, IGNORED } from '../episode';
import { type AdaptOptions, type Learner, learnerOf, metaGradient, queryLogits } from '../learner';
import { mean, standardError } from '../standard-error';
import { taskCrossEntropy, taskLosses } from '../task-loss';
import {
  FOLLOW,
  followTheMetaLeader,
  type OnlineState,
  taskSimilarity,
} from './follow-the-meta-leader';

const NAME = 'onlineMixture';

const cosine = (value: unknown, name: string, operator: string): number =>
  numberWhere((x) => Math.abs(x) <= 1, 'a number from -1 to 1', value, name, operator);

const MIXTURE = {
  ...FOLLOW,
  /** The least similarity of tasks that makes a kept solution worth trying, from −1 to 1. Default: 0.2. */
  similarity: withDefault(cosine, 0.2),
  /** How many kept solutions are tried on a new task, the most similar ones. Default: 3. */
  tried: withDefault(positiveInteger, 3),
  /** How many solutions are kept; beyond it the one that was not used for longest is forgotten. Default: 16. */
  kept: withDefault(positiveInteger, 16),
};

export type MixtureOptions<P extends Tree, A, I extends Tree, S extends OptimizerState> = {
  /** U and L; any learner. */
  learner: Learner<P, A, I>;
  /** Takes the meta-steps. */
  optimizer: Optimizer<S>;
  /**
   * What says how similar tasks are before their queries are seen, by the cosine between two of it. Default: the
   * meta-gradient at the start, with the support sets for queries too.
   */
  describe?: (start: P, support: Examples<I>, ways: number) => Tensor;
} & OptionsOf<typeof MIXTURE>;

/** A solution that is kept, for tasks of one kind. */
export type KeptSolution<P extends Tree, S extends OptimizerState, I extends Tree> = {
  readonly online: OnlineState<P, S, I>;
  /** Describes the newest tasks that it was used for. */
  readonly description: Tensor;
};

export type MixtureState<P extends Tree, S extends OptimizerState, I extends Tree> = {
  /** Where every new solution begins. */
  readonly start: OnlineState<P, S, I>;
  /** The one used last comes last. */
  readonly solutions: readonly KeptSolution<P, S, I>[];
};

/** What a round saw before it learned. */
export type MixtureRound<P extends Tree, S extends OptimizerState, I extends Tree> = {
  state: MixtureState<P, S, I>;
  loss: number;
  accuracy: number;
  /** The solution that was used, by its place in the state before; null where a new one began. */
  reused: number | null;
};

/**
 * Online meta-learning that keeps several solutions, as pure functions: `round` leaves the state it is given as it is.
 * Of the kept solutions whose tasks are similar enough, the most similar are tried on examples of the new tasks'
 * support sets that are held out, and so is the start. The best one answers the queries and learns from them, if its
 * gain over the start is greater than √(1 + 2 ln k) standard errors of it, k being how many were tried; otherwise the
 * start does. Tasks that recur find the solution of their kind, others begin anew. Of a class with one example there is
 * none to hold out: where that is so of all, they are judged by the examples that they adapted to.
 *
 * @throws ArgumentRangeError if a count is out of range; ArgumentTypeError for options of another type, or unknown
 */
export function onlineMixture<
  P extends Tree,
  A,
  I extends Tree = Tensor,
  S extends OptimizerState = OptimizerState,
>(options: MixtureOptions<P, A, I, S>) {
  const { learner, optimizer, metaSteps, reuse, tried, kept, similarity, ...read } = readOptions(
    {
      learner: required<Learner<P, A, I>>(learnerOf),
      optimizer: required<Optimizer<S>>(optimizerOf),
      describe: optional<NonNullable<typeof options.describe>>(callable),
      ...MIXTURE,
    },
    options,
    NAME,
  );
  const describe =
    read.describe ?? ((start, support, ways) => gradientAt(learner, start, support, ways));
  const { init, round: meet } = followTheMetaLeader<P, A, I, S>({
    learner,
    optimizer,
    metaSteps,
    reuse,
  });

  return {
    /** The state before the first round; the parameters must outlive it. */
    init: (params: P): MixtureState<P, S, I> => ({ start: init(params), solutions: [] }),
    /**
     * Meets new tasks: chooses a solution by their support sets, evaluates it on their query sets, and learns. Learners
     * that draw while they learn need the options' generator.
     *
     * @throws as `round` of `followTheMetaLeader`
     */
    round(
      state: MixtureState<P, S, I>,
      episodes: Episodes<I>,
      adaptOptions: AdaptOptions = {},
    ): MixtureRound<P, S, I> {
      const { start, solutions } = objectOf(state, 'state', NAME);
      array(solutions, 'what is kept', 'solutions in the state', NAME);
      checkEpisodes(episodes, NAME);
      const { support, ways } = episodes;
      const description = torch.scope(() => {
        const own = describe(start.params, support, ways);
        shapeOf(own, 'description of episodes', NAME);
        return own.detach();
      });
      const reused = torch.scope(() => {
        const halves = halvesOf(support, ways);
        const atStart = heldOutLosses(learner, start.params, halves);
        const gains = mostSimilar(description, solutions, { similarity, tried }).map((place) => {
          const { params } = solutions[place]?.online ?? start;
          const losses = heldOutLosses(learner, params, halves);
          const differences = atStart.map((loss, i) => loss - (losses[i] ?? loss));
          return { place, gain: mean(differences), error: standardError(differences) };
        });
        const [best] = gains.toSorted((one, other) => other.gain - one.gain);
        if (best === undefined) return null;
        // The best of k gains that are chance alone is about √(2 ln k) standard errors.
        const beyondChance = Math.sqrt(1 + 2 * Math.log(gains.length)) * best.error;
        return best.gain > beyondChance ? best.place : null;
      });
      const own = reused === null ? undefined : solutions[reused];
      const { state: next, loss, accuracy } = meet(own?.online ?? start, episodes, adaptOptions);
      const others = solutions.filter((_, i) => i !== reused);
      const all = [...others, { online: next, description }].slice(-kept);
      return { state: { start, solutions: all }, loss, accuracy, reused };
    },
  };
}

function gradientAt<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  start: P,
  support: Examples<I>,
  ways: number,
): Tensor {
  const episodes = { ways, support, query: support };
  const { gradients } = metaGradient(learner, start, episodes, { training: false });
  return torch.cat(leaves(gradients).map((g) => g.flatten()));
}

/** The places of those similar enough, the most similar first. */
function mostSimilar(
  description: Tensor,
  solutions: readonly { readonly description: Tensor }[],
  { similarity, tried }: { similarity: number; tried: number },
): number[] {
  return solutions
    .map((own, i) => [i, taskSimilarity(description, own.description)] as const)
    .filter(([, own]) => own >= similarity)
    .toSorted(([i, a], [j, b]) => b - a || j - i)
    .slice(0, tried)
    .map(([i]) => i);
}

/** Every second example of a class held out, and then the others; the whole set where no class has two. */
function halvesOf<I extends Tree>({ inputs, labels }: Examples<I>, ways: number): Episodes<I>[] {
  const rows = labels.tolist() as bigint[][];
  const isHeld = rows.map((row) => {
    const counts = new Map<bigint, number>();
    return row.map((label) => {
      const count = counts.get(label) ?? 0;
      counts.set(label, count + 1);
      return count % 2 === 1;
    });
  });
  const only = (held: boolean): Examples<I> => {
    const own = rows.map((row, task) =>
      row.map((label, i) => (isHeld[task]?.[i] === held ? Number(label) : IGNORED)),
    );
    return { inputs, labels: torch.tensor(own, { dtype: 'int64', device: labels.device }) };
  };
  const isSeen = (task: number): boolean =>
    rows[task]?.some((label, i) => isHeld[task]?.[i] && Number(label) !== IGNORED) === true;
  const whole = { inputs, labels };
  if (!rows.every((_, task) => isSeen(task))) return [{ ways, support: whole, query: whole }];
  const [seen, held] = [only(false), only(true)];
  return [
    { ways, support: seen, query: held },
    { ways, support: held, query: seen },
  ];
}

/** The losses of all held-out examples. */
function heldOutLosses<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  halves: readonly Episodes<I>[],
): number[] {
  return halves.flatMap((episodes) => {
    const { logits, labels } = queryLogits(learner, params, episodes);
    // As many tasks of one example each, so that there is a loss of each.
    const held = labels.flatten().ne(IGNORED).nonzero().squeeze(1);
    const asked = logits.flatten(0, 1).indexSelect(0, held).unsqueeze(1);
    const answers = labels.flatten().indexSelect(0, held).unsqueeze(1);
    return taskLosses(learner.loss ?? taskCrossEntropy, asked, answers).tolist() as number[];
  });
}
