import { binomialLower, binomialUpper } from './binomial-bound';

/** An answer to a question that was held out. */
export type Judged = {
  /** How sure it is; 0 for one that would not be given, whatever the threshold. */
  readonly confidence: number;
  readonly right: boolean;
};

export type RiskOptions = {
  /** The share of wrong answers, among those that are given, that is accepted. */
  readonly risk: number;
  /** The chance that the promise does not hold. */
  readonly delta: number;
  /** The confidences of answers to questions out of scope, every one of which would be wrong. */
  readonly strange: readonly number[];
  /** The share of questions out of scope that is expected; counts only where `strange` has some. */
  readonly strangeShare: number;
};

/** From which confidence on answers may be given. */
export type RiskThreshold = {
  readonly threshold: number;
  /** The share of the known questions that are answered then. */
  readonly coverage: number;
  /** The share of wrong answers, as it was among the held-out ones, and its upper bound. */
  readonly observed: number;
  readonly bound: number;
};

/**
 * The least confidence from which on the share of wrong answers is at most `risk`, with a probability of at least
 * 1 − delta over what was held out; null where too little was held out to promise it. Yonatan Geifman, Ran El-Yaniv:
 * Selective Classification for Deep Neural Networks, NIPS 2017 (SGR): a binary search over thresholds, each tested by
 * an exact binomial bound at its part of delta. With questions out of scope the risk is that of the mixture,
 *
 *   s·aₒ / (s·aₒ + (1 − s)·aₖ) · 1 + (1 − s)·aₖ / (s·aₒ + (1 − s)·aₖ) · eₖ
 *
 * with the share s out of scope, the shares aₒ and aₖ that are answered, and the errors eₖ, each by its own bound.
 */
export function riskThreshold(
  known: readonly Judged[],
  options: RiskOptions,
): RiskThreshold | null {
  const levels = [...new Set(known.map(({ confidence }) => confidence))]
    .filter((confidence) => confidence > 0)
    .sort((a, b) => a - b);
  const tests = Math.ceil(Math.log2(levels.length + 1));
  const parts = options.strange.length > 0 ? 3 : 1;
  const alpha = options.delta / (tests * parts);
  let best: RiskThreshold | null = null;
  let [low, high] = [0, levels.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = testedAt(levels[middle] ?? 1, known, options, alpha);
    if (found.bound <= options.risk) {
      best = found;
      high = middle - 1;
    } else low = middle + 1;
  }
  return best;
}

function testedAt(
  threshold: number,
  known: readonly Judged[],
  { strange, strangeShare }: RiskOptions,
  alpha: number,
): RiskThreshold {
  const given = known.filter(({ confidence }) => confidence >= threshold);
  const wrong = given.filter(({ right }) => !right).length;
  const coverage = given.length / known.length;
  const errors = binomialUpper(wrong, given.length, alpha);
  if (strange.length === 0) {
    return { threshold, coverage, observed: wrong / given.length, bound: errors };
  }
  const taken = strange.filter((confidence) => confidence >= threshold).length;
  const mixed = (share: number, answered: number, rate: number): number => {
    const [foreign, own] = [strangeShare * share, (1 - strangeShare) * answered];
    return (foreign + own * rate) / (foreign + own);
  };
  const least = binomialLower(given.length, known.length, alpha);
  const most = binomialUpper(taken, strange.length, alpha);
  return {
    threshold,
    coverage,
    observed: mixed(taken / strange.length, coverage, wrong / given.length),
    bound: least === 0 ? 1 : mixed(most, least, errors),
  };
}
