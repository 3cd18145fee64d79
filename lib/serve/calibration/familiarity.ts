import { type Tensor, torch } from '../../torch';

/** Mean and standard deviation. */
type Spread = { mean: number; sd: number };

/**
 * What texts of a classifier's labels look like to it, so that others are known as unknown. Plain numbers.
 */
export type Familiarity = {
  /** The cosine with the nearest class mean; null where too few examples say what is usual. */
  mean: Spread | null;
  /** The cosine with the nearest example. */
  nearest: Spread;
  /** Texts below are unknown. */
  threshold: number;
};

/** The cosines of texts with the nearest class mean and the nearest example, `[m]` each. */
export type Signals = { mean: Tensor; nearest: Tensor };

export type FamiliarityOptions = {
  /** The mean cosine of examples of different labels; 0 if there are none. */
  foreign: number;
  /** The share of texts that do belong to a label which may be taken as unknown. */
  falseAlarms: number;
};

/** What few examples cannot say is filled up with this many of the usual kind. */
const USUAL = 4;
/** How cosines of texts of one label usually spread. */
const SD_OF_COSINES = 0.12;
/** Of fewer, class means are hardly more than the examples themselves. */
const LEAST_MEANS = 8;
/** With so many held-out examples, half of the threshold is theirs; the rest is a normal distribution's. */
const HALF = 20;

/**
 * How familiar texts are, `[m]`: the mean of their signals, each in standard deviations from what held-out
 * examples show. Both are the same whatever the head, and exact for held-out examples: the scores of a head
 * that is fitted to fewer examples are lower, and a threshold from them is too lenient.
 */
export function familiarityOf({ mean, nearest }: Signals, known: Familiarity): Tensor {
  const scaled = (x: Tensor, usual: Spread) => x.sub(usual.mean).div(usual.sd);
  const near = scaled(nearest, known.nearest);
  return known.mean === null ? near : near.add(scaled(mean, known.mean)).div(2);
}

/** @param signals of held-out examples, each seen without itself, of labels that have others */
export function learnFamiliarity(
  signals: Signals,
  { foreign, falseAlarms }: FamiliarityOptions,
): Familiarity {
  return torch.scope(() => {
    const cosines = numbersOf(signals.nearest);
    const means = numbersOf(signals.mean);
    const known = {
      mean: means.length < LEAST_MEANS ? null : spreadOf(means),
      // Half-way from strangers to the same text, where nothing else is known.
      nearest: spreadOf(cosines, { mean: (1 + foreign) / 2, sd: SD_OF_COSINES }),
      threshold: 0,
    };
    const values = Float64Array.from(numbersOf(familiarityOf(signals, known))).sort();
    return { ...known, threshold: lowest(values, falseAlarms) };
  });
}

const numbersOf = (x: Tensor): number[] => x.to('float64').tolist() as number[];

function spreadOf(values: readonly number[], usual?: Spread): Spread {
  const more = usual === undefined ? 0 : USUAL;
  const { mean: about, sd } = usual ?? { mean: 0, sd: 0 };
  const n = values.length + more;
  const mean = (values.reduce((a, b) => a + b, 0) + more * about) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.max(Math.sqrt((squares + more * sd ** 2) / n), 1e-6) };
}

/** The value that a share of about `share` falls short of: the quantile of many, a normal one of few. */
function lowest(sorted: Float64Array, share: number): number {
  const n = sorted.length;
  const normal = -normalQuantile(1 - share);
  const at = Math.min(Math.max(share * (n + 1) - 1, 0), n - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  if (low === undefined || high === undefined) return normal;
  const empirical = low + (high - low) * (at - Math.floor(at));
  const weight = n / (n + HALF);
  return weight * empirical + (1 - weight) * normal;
}

/** Φ⁻¹(p), by torch's erfinv. */
const normalQuantile = (p: number): number =>
  torch.scope(
    () =>
      Math.SQRT2 *
      Number(
        torch
          .tensor(2 * p - 1, { dtype: 'float64' })
          .erfinv()
          .item(),
      ),
  );
