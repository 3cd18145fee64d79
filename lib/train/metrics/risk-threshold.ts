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

/** The shares of the known questions that are answered by the thresholds that are tested. */
const COVERAGES = [1, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.3];

/**
 * The least confidence from which on the share of wrong answers is at most `risk`, with a probability of at least
 * 1 − delta over what was held out; null where too little was held out to promise it. Yonatan Geifman, Ran El-Yaniv:
 * Selective Classification for Deep Neural Networks, NIPS 2017, with the thresholds of a few coverages instead of a binary
 * search, which never sees the loose ones where a strict one leaves too few answers; each is tested by an exact binomial
 * bound at its part of delta. With questions out of scope the risk is that of the mixture,
 *
 *   s·aₒ / (s·aₒ + (1 − s)·aₖ) · 1 + (1 − s)·aₖ / (s·aₒ + (1 − s)·aₖ) · eₖ
 *
 * with the share s out of scope, the shares aₒ and aₖ that are answered, and the errors eₖ, each by its own bound.
 */
export function riskThreshold(
  known: readonly Judged[],
  options: RiskOptions,
): RiskThreshold | null {
  const sorted = known.map(({ confidence }) => confidence).sort((a, b) => b - a);
  const levels = COVERAGES.map((share) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  const tested = [...new Set(levels)].filter((threshold) => threshold > 0);
  const parts = options.strange.length > 0 ? 3 : 1;
  const alpha = options.delta / (tested.length * parts);
  for (const threshold of tested) {
    const found = testedAt(threshold, known, options, alpha);
    if (found.bound <= options.risk) return found;
  }
  return null;
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
