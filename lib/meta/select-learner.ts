/**
 * Choosing the algorithm: the one with the best mean score on validation episodes, the same for
 * all.
 *
 * John Rice: The Algorithm Selection Problem, Advances in Computers 15, 1976.
 *
 *   a* = argmax over a of (1/M) Σᵢ score(a, taskᵢ)
 */
import { callable, hasHoles, objectOf } from '../check';
import { invalidArgument, outOfRange } from '../errors';
import { type Tensor, type Tree, torch } from '../torch';
import { checkEpisodes, type Episodes } from './episode';
import { type Learner, learnerOf } from './learner';
import { queryAccuracy } from './query-scores';

/** A trained learner that may be chosen. */
export type Candidate<I extends Tree = Tensor> = {
  learner: Learner<Tree, unknown, I>;
  params: Tree;
};

/** The scores of T tasks, the greater the better. */
export type Score<I extends Tree> = (candidate: Candidate<I>, episodes: Episodes<I>) => number[];

export type Selection = {
  /** The name of the best candidate; of equals the first. Scores of NaN are the worst. */
  best: string;
  /** The score of every candidate on every task, in one order, for `estimate` of `train`. */
  scores: Readonly<Record<string, readonly number[]>>;
  /** By how much the best beats the second on every task: if 0 is in its interval, more episodes are
   * needed to tell them apart. Empty for one candidate. */
  margins: readonly number[];
};

const NAME = 'selectLearner';

const accuracyScore = <I extends Tree>({ learner, params }: Candidate<I>, episodes: Episodes<I>) =>
  queryAccuracy(learner, params, episodes);

/**
 * Scores every candidate on every batch of validation episodes and chooses. Batches are disposed of
 * when all have seen them.
 *
 * @param score default: the accuracy of each task; for regression minus its loss
 * @throws ArgumentRangeError without candidates or episodes
 */
export function selectLearner<I extends Tree = Tensor>(
  candidates: Readonly<Record<string, Candidate<I>>>,
  batches: Iterable<() => Episodes<I>>,
  score: Score<I> = accuracyScore,
): Selection {
  const entries = Object.entries(objectOf(candidates, 'candidates', NAME));
  for (const [name, candidate] of entries) {
    const { learner, params } = objectOf(candidate, `candidate ${name}`, NAME);
    learnerOf(learner, `the learner of ${name}`, NAME);
    objectOf(params, `parameters of ${name}`, NAME);
  }
  callable(score, 'score', NAME);
  if (typeof Object(batches)[Symbol.iterator] !== 'function') {
    throw invalidArgument('an iterable of functions', `the batches of ${NAME}`, batches, NAME);
  }
  const scores: Record<string, number[]> = {};
  for (const [name] of entries) scores[name] = [];
  for (const makeBatch of batches) {
    torch.scope(() => {
      callable(makeBatch, 'a batch', NAME);
      const episodes = makeBatch();
      checkEpisodes(episodes, NAME);
      let count: number | undefined;
      for (const [name, candidate] of entries) {
        const found = torch.scope(() => score(candidate, episodes));
        count = requireScores(found, name, count);
        for (const one of found) scores[name]?.push(one);
      }
    });
  }
  const ranked = Object.entries(scores).sort(([, a], [, b]) => byMean(a, b));
  const [first, second] = ranked;
  if (first === undefined) throw outOfRange('at least one', 'candidates', 0, 'selectLearner');
  const [best, values] = first;
  if (values.length === 0) throw outOfRange('at least one', 'episodes', 0, 'selectLearner');
  const margins = second ? values.map((value, i) => value - (second[1][i] ?? Number.NaN)) : [];
  return { best, scores, margins };
}

/**
 * Refuses scores that are not numbers, NaN among them, or not as many as those of the candidate before,
 * with which they are compared one by one.
 */
function requireScores(found: unknown, name: string, count: number | undefined): number {
  const where = `the scores of ${name}`;
  const isList = Array.isArray(found) && found.length > 0 && !hasHoles(found);
  if (!isList || !found.every((value) => typeof value === 'number')) {
    throw invalidArgument('an array of numbers', where, found, NAME);
  }
  if (count === undefined || found.length === count) return found.length;
  throw outOfRange(`${count} of them, as of the others,`, where, found, NAME);
}

/** The greater mean first; none at all, as of a learner that diverged, comes last. */
function byMean(a: readonly number[], b: readonly number[]): number {
  const [first, second] = [a, b].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Number.isNaN(mean) ? -Infinity : mean;
  }) as [number, number];
  return first === second ? 0 : second - first;
}
