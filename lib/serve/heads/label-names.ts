import { normalize } from '../../meta/metric/normalize';
import type { ReadTexts } from '../../text';
import { type Tensor, torch } from '../../torch';
import { type ClassSums, sumsOf } from './class-mean';
import type { Examples } from './head';

/** The vectors `[N, D]` of names as heads take them, of what an encoder made of these texts. */
export function nameVectors({ vectors, known }: ReadTexts): Tensor {
  const words = torch.tensor(Float32Array.from(known, Number)).unsqueeze(1);
  return normalize(vectors).mul(words);
}

/** How much nearer names are to the examples of their own labels than to others, from where on they count, and in full. */
const GATE = [0.03, 0.06] as const;

/**
 * The sums and numbers of examples with the names of their labels among them, each as w examples, w from 0 to 1.
 *
 * Names say what labels are about, if they are words: of `card_lost` more is known before its first example than of
 * `LBL-7`. The examples decide: w rises with the mean cosine of names and the means of their own labels, less that
 * with the other labels' means. Names that were given to the wrong labels reach the lower end in about one task of a
 * hundred, with five labels of one example each.
 *
 * @param names `[N, D]`, of length 1; zeros for a label without words
 */
export function withNames(
  { sums, counts }: ClassSums,
  names: Tensor | undefined,
): ClassSums & { weight: Tensor | undefined } {
  if (names === undefined) return { sums, counts, weight: undefined };
  const named = isNamed(names);
  const weight = weightOf(normalize(sums), names, named);
  return { sums: sums.addcmul(names, weight), counts: counts.addcmul(named, weight), weight };
}

/** Examples and how much each of them counts. */
export type WeightedRows = {
  /** `[n, D]`. */
  x: Tensor;
  /** Their labels, `[n]`. */
  y: Tensor;
  /** `[n, 1]`. */
  weights: Tensor;
};

/**
 * Examples with the names of labels among them, as far as they count. All labels weigh the same together, whatever
 * the number of their examples, and the mean weight of what counts in full is 1.
 */
export function weightedRows(examples: Examples): WeightedRows {
  const { x, y, labels, names } = examples;
  const { counts, weight } = withNames(sumsOf(examples), names);
  const each = counts.clampMin(1).reciprocal().mul(counts.sum().div(labels));
  const own = { x, y, weights: each.indexSelect(0, y) };
  if (names === undefined || weight === undefined || weight.item() === 0) return own;
  return {
    x: torch.cat([x, names]),
    y: torch.cat([y, torch.arange(labels)]),
    weights: torch.cat([own.weights, each.mul(isNamed(names)).mul(weight)]),
  };
}

/** 1 for names with words, else 0, `[N, 1]`. */
const isNamed = (names: Tensor): Tensor => names.square().sum([1], true).gt(0).to(names.dtype);

/** w, `[1, 1]`. */
function weightOf(means: Tensor, names: Tensor, named: Tensor): Tensor {
  const others = Math.max(1, means.size(0) - 1);
  const cosines = names.matmul(means.mT);
  const own = cosines.diagonal().sum();
  const apart = own.sub(cosines.sum().sub(own).div(others)).div(named.sum().clampMin(1));
  const [from, to] = GATE;
  return apart
    .sub(from)
    .div(to - from)
    .clamp(0, 1)
    .view([1, 1]);
}
