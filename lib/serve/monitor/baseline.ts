import { finiteNumber, required, stepCount, strictObject } from '../../check';

// Looked up once: it is called for every item.
const { sqrt } = Math;

/** What is usual for a topic, as running means: later items count more once there are `MEMORY` of them. */
export const baselineCheck = strictObject({
  /** Items that it was learned from. */
  items: required(stepCount),
  /** The share of them that is negative. */
  share: required(finiteNumber),
  /** The mean and the variance of their scores. */
  score: required(finiteNumber),
  variance: required(finiteNumber),
  /** The sum of the squares of the items' weights, which sum to 1: its inverse is how many items the means are of. */
  squares: required(finiteNumber),
});

export type Baseline = ReturnType<typeof baselineCheck>;

/** What a detector is given of an item. */
export type Opinion = {
  /** Whether the classifier takes it for negative. */
  negative: boolean;
  /** The probability that it gives to that, from 0 to 1. */
  score: number;
};

/** An item counts 1/1000 when it comes, and 1/e of that a thousand items later. */
const MEMORY = 1000;

/** Before anything is known: one item that is half negative, as a prior. */
export function newBaseline(): Baseline {
  return { items: 0, share: 0.5, score: 0.5, variance: 0.25, squares: 1 };
}

/** Takes an item into a baseline. @param baseline is changed */
export function learnOpinion(baseline: Baseline, { negative, score }: Opinion): void {
  baseline.items++;
  const weight = baseline.items < MEMORY ? 1 / (baseline.items + 1) : 1 / MEMORY;
  const left = 1 - weight;
  const difference = score - baseline.score;
  baseline.share += weight * ((negative ? 1 : 0) - baseline.share);
  baseline.score += weight * difference;
  baseline.variance = left * (baseline.variance + weight * difference * difference);
  baseline.squares = left * left * baseline.squares + weight * weight;
}

/** The standard error of a baseline's score. */
export function standardError({ variance, squares }: Baseline): number {
  return sqrt(variance * squares);
}
