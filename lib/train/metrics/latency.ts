import type { Figure } from './figure';
import type { QueryTable } from './query-table';
import { type ResampleOptions, resampled, type Weights } from './resample';

const QUANTILES = [0.5, 0.9, 0.95, 0.99] as const;

/** Milliseconds that answers took. */
export type Latency = {
  /** How many queries say so. */
  readonly queries: number;
  readonly mean: Figure | null;
  readonly p50: Figure | null;
  readonly p90: Figure | null;
  readonly p95: Figure | null;
  readonly p99: Figure | null;
  readonly most: number;
  /** How many answers took so long; the ends are evenly far apart in their logarithm. */
  readonly histogram: readonly LatencyBin[];
};

/** Answers that took from `from` to below `to` milliseconds; in the last bin, to exactly that. */
export type LatencyBin = { readonly from: number; readonly to: number; readonly queries: number };

const BINS = 24;

/**
 * Mean and quantiles: the least time that at least such a share of the answers took. Null if no query says how
 * long its answer took.
 */
export function latency(table: QueryTable, options: ResampleOptions): Latency | null {
  const times = Float64Array.from(table.queries, ({ ms }) => ms ?? Number.NaN);
  const order = Uint32Array.from(times.keys())
    .filter((place) => !Number.isNaN(times[place]))
    .sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
  const last = order.at(-1);
  if (last === undefined) return null;
  const statistic = (weights: Weights) => {
    const total = order.reduce((sum, place) => sum + (weights[place] ?? 0), 0);
    const sum = order.reduce((all, place) => all + (weights[place] ?? 0) * (times[place] ?? 0), 0);
    const quantiles: number[] = [];
    let below = 0;
    for (const place of order) {
      below += weights[place] ?? 0;
      while (below >= (QUANTILES[quantiles.length] ?? Infinity) * total)
        quantiles.push(times[place] ?? 0);
    }
    return [sum / total, ...quantiles];
  };
  const [mean = null, p50 = null, p90 = null, p95 = null, p99 = null] = resampled(
    table,
    statistic,
    options,
  );
  const histogram = histogramOf(Array.from(order, (place) => times[place] ?? 0));
  return { queries: order.length, mean, p50, p90, p95, p99, most: times[last] ?? 0, histogram };
}

/** @param sorted the least first */
function histogramOf(sorted: readonly number[]): LatencyBin[] {
  const most = sorted.at(-1) ?? 0;
  // What took no time at all is in the first bin, which has no logarithm to begin with.
  const least = sorted.find((time) => time > 0) ?? most;
  if (least === most) return [{ from: sorted[0] ?? 0, to: most, queries: sorted.length }];
  const edges = Array.from({ length: BINS + 1 }, (_, i) => least * (most / least) ** (i / BINS));
  const counts = new Array<number>(BINS).fill(0);
  let bin = 0;
  for (const time of sorted) {
    while (bin < BINS - 1 && time >= (edges[bin + 1] ?? Infinity)) bin++;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((queries, i) => ({ from: edges[i] ?? 0, to: edges[i + 1] ?? most, queries }));
}
