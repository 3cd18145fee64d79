import { oneHot } from '../../../meta/task-loss';
import {
  BEGIN,
  INSIDE,
  OUTSIDE,
  START,
  type TaggedTokens,
  type Transitions,
  tokenTags,
} from '../../../text/tasks/entities';
import { type Tensor, torch } from '../../../torch';
import { indices } from '../../heads/features';
import { minimize, type Objective } from '../../heads/minimize';

/** Where entities begin and end, whatever their types. */
export type Boundaries = {
  /** `[D + 1, 3]`, the last row the bias: the scores of `OUTSIDE`, `BEGIN` and `INSIDE`. */
  readonly weights: Tensor;
  /** The logarithms of how often places follow each other, over how often they come at all. */
  readonly transitions: Transitions;
};

/** The strength of the penalty for the sum of losses, as in the logistic head. */
const PENALTY = 0.1;
const LIMITS = { tolerance: 1e-2, steps: 100 };
/** The scores of tokens know their neighbours already, so that transitions would count what they know twice. */
const TRANSITION_WEIGHT = 0.5;

/**
 * Logistic regression of the places of tokens `x`, `[tokens, D]`, which draws its weights to those that were
 * learned on other texts, W₀, or to 0:
 *
 *   min over W of  Σᵢ crossEntropy(xᵢ W, placeᵢ) + ½ · 0.1 · ‖W − W₀‖²
 *
 * Transitions are those of the other texts, or else counted, each once more than it comes.
 */
export function fitBoundaries(
  x: Tensor,
  sentences: readonly TaggedTokens[],
  prior?: Boundaries,
): Boundaries {
  const places = sentences.map((sentence) => tokenTags(sentence).map(({ place }) => place));
  return {
    weights: torch.scope(() => solve(x, places.flat(), prior?.weights)),
    transitions: prior?.transitions ?? transitionsOf(places),
  };
}

/** The logarithms `[tokens, 3]` of how probable each place is, by the tokens alone. */
export function placeScores({ weights }: Boundaries, x: Tensor): Tensor {
  return withBias(x, weights).logSoftmax(-1);
}

function solve(x: Tensor, places: readonly number[], prior?: Tensor): Tensor {
  const at = indices(places);
  const start = prior ?? torch.zeros([x.size(1) + 1, START]);
  const targets = oneHot(at, START, x);
  const objective: Objective = (weights) =>
    torch.scope(() => {
      const log = withBias(x, weights).logSoftmax(-1);
      const moved = weights.sub(start);
      const penalty = (PENALTY / 2) * Number(moved.square().sum().item());
      const error = log.exp().sub(targets);
      const gradient = torch.cat([x.mT.matmul(error), error.sum([0], true)]);
      return {
        value: penalty - Number(log.mul(targets).sum().item()),
        gradient: gradient.add(moved, { alpha: PENALTY }),
      };
    });
  return minimize(objective, start, LIMITS);
}

function withBias(x: Tensor, weights: Tensor): Tensor {
  const size = x.size(1);
  return x.matmul(weights.narrow(0, 0, size)).add(weights.narrow(0, size, 1));
}

function transitionsOf(sentences: readonly (readonly number[])[]): number[][] {
  const counts = [OUTSIDE, BEGIN, INSIDE, START].map((from) =>
    [OUTSIDE, BEGIN, INSIDE].map((to) =>
      Number(to !== INSIDE || from === BEGIN || from === INSIDE),
    ),
  );
  const places = [1, 1, 1];
  for (const sentence of sentences) {
    let from = START;
    for (const to of sentence) {
      const row = counts[from];
      if (row !== undefined) row[to] = (row[to] ?? 0) + 1;
      places[to] = (places[to] ?? 0) + 1;
      from = to;
    }
  }
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const tokens = sum(places);
  return counts.map((row) =>
    row.map((count, to) => {
      // What no sentence can have stays out of the lattice, whatever its score.
      if (count === 0) return -Infinity;
      const share = (places[to] ?? 0) / tokens;
      return TRANSITION_WEIGHT * Math.log(count / sum(row) / share);
    }),
  );
}
