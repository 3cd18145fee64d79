import type { RandomSource } from '../../../text/random-source';

/** A mixture of normal distributions on a line with two ends, each cut off at them. */
export type Parzen = {
  draw(random: RandomSource): number;
  /** The density at a point, or the mass of a part of the line. */
  at(point: number, bin?: readonly [number, number]): number;
};

/**
 * The density that some points suggest. Each is the middle of a normal distribution as wide as the gap to its
 * further neighbour, at least 1 / min(100, n + 1) of the line and at most all of it. One more, the prior, lies
 * in the middle of the line and is as wide as it, so that no part is ever ruled out. All weigh the same.
 */
export function parzen(points: readonly number[], low: number, high: number): Parzen {
  const range = high - low;
  const middle = (low + high) / 2;
  const centres = [...points, middle].toSorted((a, b) => a - b);
  const prior = centres.indexOf(middle);
  const least = range / Math.min(100, centres.length);
  const normals = centres.map((mean, i) => {
    const gap = Math.max(mean - (centres[i - 1] ?? low), (centres[i + 1] ?? high) - mean);
    const deviation = i === prior ? range : Math.min(range, Math.max(least, gap));
    const mass = (a: number, b: number) =>
      cdf((b - mean) / deviation) - cdf((a - mean) / deviation);
    return { mean, deviation, mass, inside: mass(low, high) };
  });
  return {
    draw: (random) => {
      const normal = normals[random.below(normals.length)];
      const { mean = middle, deviation = range } = normal ?? {};
      // The middle lies inside, and a third of the mass at the least: this ends soon.
      for (;;) {
        const point = mean + deviation * standardNormal(random);
        if (point >= low && point <= high) return point;
      }
    },
    at: (point, bin) => {
      const parts = normals.map(({ mean, deviation, mass, inside }) =>
        bin === undefined
          ? density((point - mean) / deviation) / deviation / inside
          : mass(...bin) / inside,
      );
      return parts.reduce((sum, part) => sum + part, 0) / parts.length;
    },
  };
}

/** G. E. P. Box and M. E. Muller: A Note on the Generation of Random Normal Deviates, 1958. */
function standardNormal(random: RandomSource): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.nextFloat()));
  return radius * Math.cos(2 * Math.PI * random.nextFloat());
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** The standard normal distribution, by its series near 0 and its continued fraction far from it. */
export function cdf(z: number): number {
  const x = Math.abs(z);
  const upper = x < 3 ? 0.5 - series(x) : density(x) * fractionOf(x);
  return z < 0 ? upper : 1 - upper;
}

/** ∫₀ˣ of the density: φ(x) (x + x³/3 + x⁵/(3·5) + …). */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; term > sum * Number.EPSILON; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return density(x) * sum;
}

/** 1/(x + 1/(x + 2/(x + 3/(x + …)))). */
function fractionOf(x: number): number {
  let below = x;
  for (let k = 60; k >= 1; k--) below = x + k / below;
  return 1 / below;
}
