import { array, finiteNumber } from '../../check';
import { outOfRange } from '../../errors';

/** How good predicted ratings are. */
export type RatingScores = {
  /** The mean absolute error, in the unit of the ratings. */
  readonly mae: number;
  /**
   * The correlation of the ranks, from −1 to 1; equal values share the mean of their ranks. Null where either side has
   * one value only, which ranks nothing. Charles Spearman: The Proof and Measurement of Association between Two
   * Things, 1904.
   */
  readonly spearman: number | null;
};

/**
 * The scores of predicted ratings.
 *
 * @param predicted one number for each text
 * @param right the ratings that were given, as many
 * @throws ArgumentTypeError or ArgumentRangeError for what is not finite numbers, none, or of another count
 */
export function ratingScores(predicted: readonly number[], right: readonly number[]): RatingScores {
  const operator = 'ratingScores';
  for (const [name, values] of Object.entries({ predicted, right })) {
    array(values, 'numbers', name, operator);
    for (const [i, value] of values.entries()) finiteNumber(value, `${name}[${i}]`, operator);
  }
  if (right.length === 0) throw outOfRange('at least one rating', 'right', right, operator);
  if (predicted.length !== right.length) {
    throw outOfRange(
      `${right.length} numbers, as in right,`,
      'predicted',
      predicted.length,
      operator,
    );
  }
  const errors = predicted.map((value, i) => Math.abs(value - (right[i] ?? 0)));
  return { mae: mean(errors), spearman: correlation(ranks(predicted), ranks(right)) };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Ranks from 1; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const places = new Map<number, { first: number; count: number }>();
  for (const [i, value] of sorted.entries()) {
    const known = places.get(value);
    if (known === undefined) places.set(value, { first: i + 1, count: 1 });
    else known.count++;
  }
  return values.map((value) => {
    const { first = 0, count = 1 } = places.get(value) ?? {};
    return first + (count - 1) / 2;
  });
}

function correlation(a: readonly number[], b: readonly number[]): number | null {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[i] ?? 0) - meanB];
    product += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? null : product / Math.sqrt(squaresA * squaresB);
}
