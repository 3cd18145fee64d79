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
  /** `[m]`: how much each of the signals counts. Default: all the same. */
  weights?: Tensor;
  /** The share of labels of which no example could be held out, below 1 where there are signals. Default: 0. */
  unseen?: number;
};

/** What few examples cannot say is filled up with this many of the usual kind. */
const USUAL = 4;
/** How cosines of texts of one label usually spread. */
const SD_OF_COSINES = 0.12;
/** Of fewer, class means are hardly more than the examples themselves. */
const LEAST_MEANS = 8;
/** Where more labels than this share have shown nothing, class means are left aside. */
const MOST_UNSEEN = 0.5;
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

/**
 * Labels that have shown nothing are taken to be of the usual kind: a label of many examples that are all alike says
 * nothing of them.
 *
 * @param signals of held-out examples, each seen without itself, of labels that have others
 */
export function learnFamiliarity(signals: Signals, options: FamiliarityOptions): Familiarity {
  const { foreign, falseAlarms, unseen = 0 } = options;
  return torch.scope(() => {
    const [cosines, means] = [numbersOf(signals.nearest), numbersOf(signals.mean)];
    const n = cosines.length;
    const weights = weightsOf(n, options.weights);
    const others = n === 0 ? 0 : (n * unseen) / (1 - unseen);
    // Half-way from strangers to the same text, where nothing else is known.
    const usual = { mean: (1 + foreign) / 2, sd: SD_OF_COSINES };
    const known = {
      mean: n < LEAST_MEANS || unseen > MOST_UNSEEN ? null : spreadOf(means, weights),
      nearest: spreadOf(cosines, weights, { usual, count: USUAL + others }),
      threshold: 0,
    };
    const values = numbersOf(familiarityOf(signals, known));
    return { ...known, threshold: lowest(values, weights, { share: falseAlarms, others }) };
  });
}

/** Weights of n values, 1 on average. */
function weightsOf(n: number, given: Tensor | undefined): number[] {
  if (given === undefined) return new Array<number>(n).fill(1);
  const weights = numbersOf(given);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (weight * n) / sum);
}

const numbersOf = (x: Tensor): number[] => x.to('float64').tolist() as number[];

/** What some values are like, and of the usual kind so many more. */
function spreadOf(
  values: readonly number[],
  weights: readonly number[],
  { usual, count }: { usual: Spread; count: number } = { usual: { mean: 0, sd: 0 }, count: 0 },
): Spread {
  const sumOf = (term: (value: number) => number): number =>
    values.reduce((sum, value, i) => sum + (weights[i] ?? 0) * term(value), 0);
  const n = values.length + count;
  const mean = (sumOf((value) => value) + count * usual.mean) / n;
  const squares = sumOf((value) => (value - mean) ** 2);
  return { mean, sd: Math.max(Math.sqrt((squares + count * usual.sd ** 2) / n), 1e-6) };
}

/**
 * The value that a share of about `share` falls short of: the quantile of many, a normal one of few, and of so many
 * `others` that have shown nothing.
 */
function lowest(
  values: readonly number[],
  weights: readonly number[],
  { share, others }: { share: number; others: number },
): number {
  const n = values.length;
  const normal = -normalQuantile(1 - share);
  if (n === 0) return normal;
  const weight = n / (n + HALF + others);
  return weight * quantile(values, weights, share * (n + 1) - 1) + (1 - weight) * normal;
}

/** The value at a place among the sorted ones, each of which takes up its weight; between two, in a straight line. */
function quantile(values: readonly number[], weights: readonly number[], at: number): number {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  let end = 0;
  const places = order.map((i) => {
    const weight = weights[i] ?? 0;
    end += weight;
    return end - (weight + 1) / 2;
  });
  const next = places.findIndex((place) => place >= at);
  const valueAt = (k: number): number => values[order[k] ?? 0] ?? 0;
  if (next <= 0) return valueAt(next < 0 ? order.length - 1 : 0);
  const [from, to] = [places[next - 1] ?? 0, places[next] ?? 0];
  const before = valueAt(next - 1);
  return before + ((valueAt(next) - before) * (at - from)) / (to - from);
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
