const STEPS = 40;

/**
 * The greatest probability under which so few hits of `total` are not rarer than `alpha`: an upper bound of a
 * share that holds with the probability 1 − alpha. C. J. Clopper, E. S. Pearson: The Use of Confidence or Fiducial
 * Limits Illustrated in the Case of the Binomial, 1934. 1 for a total of 0.
 */
export function binomialUpper(hits: number, total: number, alpha: number): number {
  if (hits >= total) return 1;
  let [low, high] = [hits / total, 1];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (atMost(hits, total, middle) > alpha) low = middle;
    else high = middle;
  }
  return high;
}

/** The lower bound, likewise. 0 for a total of 0. */
export function binomialLower(hits: number, total: number, alpha: number): number {
  return 1 - binomialUpper(total - hits, total, alpha);
}

/** The probability of at most so many hits, each of probability `p` in (0, 1). */
function atMost(hits: number, total: number, p: number): number {
  const odds = Math.log(p) - Math.log1p(-p);
  let log = total * Math.log1p(-p);
  let sum = Math.exp(log);
  for (let i = 0; i < hits; i++) {
    log += Math.log((total - i) / (i + 1)) + odds;
    sum += Math.exp(log);
  }
  return sum;
}
