import { normalize } from '../meta/metric/normalize';
import { type Tensor, torch } from '../torch';
import { familiarityOf } from './calibration/familiarity';
import type { Fitted } from './fitted';
import { HEADS } from './heads';
import { classMean } from './heads/class-mean';
import type { Tuned } from './tuning/tuned';
import { numbers, productsWith, type Vectors } from './vectors';

/** The numbers of predictions, as typed arrays that threads hand over without copying. */
export type Scored = {
  /** `[q, N]`: the probabilities of the labels. */
  probabilities: Float64Array;
  /** `[q]`: how familiar the texts are, in standard deviations above the threshold; below 0 unknown. */
  familiarity: Float64Array;
  /** `[q, K]`: the rows of the nearest examples, the nearest first. */
  nearest: Int32Array;
  /** `[q, K]`: their cosines. */
  similarities: Float64Array;
};

/** The nearest examples that explain a prediction. */
const NEAREST = 3;

/** What scoring needs of a state: no texts, so that threads need none. */
export type Scorer = { x: Vectors; fitted: Fitted; tuned?: Tuned | undefined };

/** Scores vectors `[q, D]` of texts, whatever their lengths. */
export function score({ x, fitted }: Scorer, vectors: Tensor): Scored {
  return torch.noGrad(() =>
    torch.scope(() => {
      const queries = normalize(vectors);
      const cosines = productsWith(queries, x);
      const scores = HEADS[fitted.head].head.scores(fitted.state, queries);
      const means = classMean.scores(fitted.sums, queries);
      const [similarities, nearest] = cosines.topk(Math.min(NEAREST, cosines.size(1)), 1);
      const known = { mean: means.amax([1]), nearest: similarities.select(1, 0) };
      const { threshold } = fitted.familiarity;
      return {
        probabilities: numbers(probabilitiesOf(fitted, scores)),
        familiarity: numbers(familiarityOf(known, fitted.familiarity).sub(threshold)),
        nearest: nearest.to('int32').data(new Int32Array(nearest.numel())),
        similarities: numbers(similarities),
      };
    }),
  );
}

/** The probabilities `[q, N]` of labels by the scores of a head. */
export function probabilitiesOf({ head, sharpness }: Fitted, scores: Tensor): Tensor {
  const scaled = scores.to('float64').mul(sharpness);
  return HEADS[head].several ? scaled.sigmoid() : scaled.softmax(1);
}
