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
};

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
  return { queries: order.length, mean, p50, p90, p95, p99, most: times[last] ?? 0 };
}
