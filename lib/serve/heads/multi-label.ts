import { oneHot } from '../../meta/task-loss';
import { type Tensor, torch } from '../../torch';
import { indices } from './features';
import type { Examples, Head } from './head';
import {
  fitRidge,
  leaveOneOut,
  type RidgeProblem,
  type RidgeState,
  ridgeProblem,
  ridgeScores,
} from './ridge-problem';

/** A score above a label's threshold `[N]` gives a text that label. */
export type MultiLabelState = RidgeState & { thresholds: Tensor };

/** Texts that a label needs for a threshold that is half its own, half that of all labels together. */
const HALF = 8;

/** The squared distance below which vectors of length 1 are of the same text. */
const SAME = 1e-4;

/** Scores and widths of gaps that differ by less, differ by rounding. */
const ROUNDING = 1e-6;

/**
 * Any number of labels for a text: ridge regression on whether it has each, and a threshold for each label, which
 * gives the greatest F1 on examples that the regression has not seen. A label with n examples follows its own
 * threshold by n / (n + 8), and that of all labels together by the rest. Scores are those above the threshold, so
 * that 0 decides.
 *
 * Thresholds by label from held-out scores: Yiming Yang: A Study of Thresholding Strategies for Text
 * Categorization, SIGIR 2001.
 */
export const multiLabel: Head<MultiLabelState> = {
  fit(examples) {
    const texts = distinctTexts(examples);
    const problem = problemOf(texts);
    const ridge = fitRidge(problem);
    const scores = leaveOneOut(problem, Number(ridge.lambda.item())).to('float32');
    return { ...ridge, thresholds: thresholdsOf(scores, texts.targets) };
  },
  scores: (state, x) => ridgeScores(state.weights, x).sub(state.thresholds),
  heldOut: ({ lambda, thresholds }, { at, all, ...examples }) => {
    const texts = distinctTexts({ ...examples, x: all() });
    const scores = leaveOneOut(problemOf(texts), Number(lambda.item())).to('float32');
    return scores.sub(thresholds).indexSelect(0, texts.textOf.indexSelect(0, at));
  },
};

/** Each text once, with all of its labels. */
export type DistinctTexts = {
  /** `[m, D]` */
  x: Tensor;
  /** `[m, N]`: 1 for the labels that a text has, else 0. */
  targets: Tensor;
  /** `[n]`, int64: the text of each example. */
  textOf: Tensor;
  /** The first example of each text. */
  first: readonly number[];
};

/**
 * Examples stand once for each label of their text; rows with the same key and nearly the same vector are one text:
 * what else is in a batch changes the last digits of a vector.
 */
export function distinctTexts({ x, y, labels, keys }: Examples): DistinctTexts {
  const n = x.size(0);
  const seen = new Map<number, number>();
  const candidates = Array.from({ length: n }, (_, row) => {
    const key = keys?.[row];
    const before = key === undefined ? undefined : seen.get(key);
    if (key !== undefined && before === undefined) seen.set(key, row);
    return before ?? row;
  });
  // Keys are hashes: what is another text has another vector.
  const apart = x.indexSelect(0, indices(candidates)).sub(x).square().sum([1]);
  const same = apart.lt(SAME).tolist() as boolean[];
  const firsts = candidates.map((row, i) => (same[i] ? row : i));
  const first = [...new Set(firsts)];
  const places = new Map(first.map((row, place) => [row, place]));
  const textOf = indices(firsts.map((row) => places.get(row) ?? 0));
  const targets = torch
    .zeros([first.length, labels])
    .indexAdd(0, textOf, oneHot(y, labels, x))
    .clampMax(1);
  return { x: x.indexSelect(0, indices(first)), targets, textOf, first };
}

/** Every text counts the same. */
function problemOf({ x, targets }: DistinctTexts): RidgeProblem {
  return ridgeProblem(x, targets, torch.ones([x.size(0), 1]));
}

/** `[N]`: the threshold of each label, from scores `[m, N]` of texts that were held out. */
function thresholdsOf(scores: Tensor, targets: Tensor): Tensor {
  const all = bestThresholds(scores.reshape([-1, 1]), targets.reshape([-1, 1]));
  const counts = targets.sum([0]);
  const weights = counts.div(counts.add(HALF));
  return all.expandAs(weights).lerp(bestThresholds(scores, targets), weights);
}

/**
 * `[N]`: for scores `[m, N]` the thresholds with the greatest F1, each half-way between the lowest score above and the
 * greatest below; of equals, that with the widest gap, and of these the greatest. None is between scores that differ by
 * rounding.
 */
export function bestThresholds(scores: Tensor, targets: Tensor): Tensor {
  const [sorted, order] = scores.sort(0, true);
  const found = targets.gather(0, order).cumsum(0);
  const [m = 0] = scores.shape;
  const given = torch.arange(1, m + 1).unsqueeze(1);
  const f1 = found.mul(2).div(targets.sum([0], true).add(given));
  // Below the lowest score there is room.
  const below = torch.cat([sorted.narrow(0, 1, m - 1), sorted.narrow(0, m - 1, 1).sub(1)]);
  const gaps = sorted.sub(below);
  const possible = torch.where(gaps.gt(ROUNDING), f1, -1);
  const isBest = possible.eq(possible.amax([0], true));
  const widths = torch.where(isBest, gaps, -1);
  const widest = widths.ge(widths.amax([0], true).sub(ROUNDING));
  const best = widest.to('int8').argmax(0, true);
  return sorted.add(below).div(2).gather(0, best).squeeze(0);
}
