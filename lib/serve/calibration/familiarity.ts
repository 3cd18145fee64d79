import { type Tensor, torch } from '../../torch';

/** Mean and standard deviation. */
type Spread = { mean: number; sd: number };

/**
 * What texts of a classifier's labels look like to it, so that others are known as unknown. Plain numbers.
 */
export type Familiarity = {
  /** The greatest score of a text; null where too few examples say what is usual. */
  score: Spread | null;
  /** The cosine with the nearest example. */
  nearest: Spread;
  /** Texts below are unknown. */
  threshold: number;
};

/** The greatest score and the nearest example's cosine of some texts, `[m]` each. */
export type Signals = { score: Tensor; nearest: Tensor };

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
/** Fewer held-out scores say nothing: they depend on the head and on the number of labels. */
const LEAST_SCORES = 8;
/** With so many held-out examples, half of the threshold is theirs; the rest is a normal distribution's. */
const HALF = 20;

/**
 * How familiar texts are, `[m]`: the mean of their signals, each in standard deviations from what held-out
 * examples show. The two together tell out-of-scope texts of CLINC150 better than either, and better
 * than the greatest probability.
 */
export function familiarityOf({ score, nearest }: Signals, known: Familiarity): Tensor {
  const scaled = (x: Tensor, { mean, sd }: Spread) => x.sub(mean).div(sd);
  const near = scaled(nearest, known.nearest);
  return known.score === null ? near : near.add(scaled(score, known.score)).div(2);
}

/** @param signals of held-out examples, each seen without itself, of labels that have others */
export function learnFamiliarity(
  signals: Signals,
  { foreign, falseAlarms }: FamiliarityOptions,
): Familiarity {
  return torch.scope(() => {
    const cosines = numbersOf(signals.nearest);
    const scores = numbersOf(signals.score);
    const known = {
      score: scores.length < LEAST_SCORES ? null : spreadOf(scores),
      // Half-way from strangers to the same text, where nothing else is known.
      nearest: spreadOf(cosines, { mean: (1 + foreign) / 2, sd: SD_OF_COSINES }),
      threshold: 0,
    };
    const values = numbersOf(familiarityOf(signals, known)).sort((a, b) => a - b);
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
function lowest(sorted: readonly number[], share: number): number {
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
