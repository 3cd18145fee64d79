import { binomialUpper } from '../../train/metrics/binomial-bound';

/** How a topic is watched. */
export type SurgeSettings = {
  /** Items of a topic from one false alarm to the next, on average at least. */
  itemsPerFalseAlarm: number;
  /** Items that a topic's baseline is learned from before it is watched. */
  baseline: number;
};

/** What is known of a topic's negative share, as plain data. */
export type SurgeState = {
  /** 1 for a negative item, 0 for another: those that the baseline is of, the oldest first. */
  window: number[];
  /** Those that came after, which are not part of it yet. */
  pending: number[];
  /** The baseline: no greater share is likely under it; null while it is learned. */
  bound: number | null;
  /** Items that the window has got since the bound was worked out. */
  fresh: number;
  /** The Shiryaev–Roberts statistic against each alternative. */
  statistics: number[];
  /** Where the evidence for each alternative began, as times. */
  onsets: (number | null)[];
  /** The logarithms that say where. */
  sums: number[];
  /** True from an alarm until the share has fallen again, or has become the new baseline. */
  surging: boolean;
};

/** An alarm: the share has risen, probably from `since` on. */
export type Surge = { since: number; statistic: number; bound: number };

/** The odds of a negative item are taken to be so many times those of the baseline after a surge. */
const ODDS = [2, 4, 8, 16];
/** The greatest number of items that a baseline is of. */
const WINDOW = 1000;
/** So many of the last items are kept out of the baseline: a surge should be found before it is part of it. */
const LAG = 50;
/** The chance that the true share of the baseline is above its bound. */
const ALPHA = 0.01;
/** The bound is worked out anew after so many items. */
const EVERY = 20;
/** A surge that lasts for so many items is the new baseline. */
const SETTLED = 500;
const [LEAST_BOUND, MOST_BOUND] = [0.005, 0.9];

/** A topic of which nothing is known. */
export function newSurgeState(): SurgeState {
  return { window: [], pending: [], bound: null, fresh: 0, surging: false, ...noEvidence() };
}

/**
 * Takes one more item of a topic, and tells of a surge when there is one:
 *
 *   Rₙ = mean over k of Rₙᵏ,   Rₙᵏ = (1 + Rₙ₋₁ᵏ) · P(xₙ | pₖ) / P(xₙ | b),   alarm when Rₙ ≥ A
 *
 * b is an upper bound of the baseline's share, pₖ the share of 2, 4, 8 and 16 times its odds. As long as the true
 * share is at most b, whatever it is, the likelihood ratios have means of at most 1, Rₙ − n is a supermartingale,
 * and the mean number of items to a false alarm is at least A = `itemsPerFalseAlarm`. The baseline is of what the
 * classifier says, so its errors are part of it. Moshe Pollak: Optimal Detection of a Change in Distribution,
 * Annals of Statistics 1985; Jaehyeok Shin, Aaditya Ramdas, Alessandro Rinaldo: E-detectors: A Nonparametric
 * Framework for Sequential Change Detection, 2023, https://arxiv.org/abs/2203.03532
 *
 * @param state is changed
 */
export function watchItem(
  state: SurgeState,
  negative: boolean,
  time: number,
  settings: SurgeSettings,
): Surge | null {
  const x = negative ? 1 : 0;
  if (state.surging) {
    endSurge(state, x);
    return null;
  }
  const surge = state.bound === null ? null : weigh(state, state.bound, x, time, settings);
  learn(state, x, settings);
  if (surge !== null) Object.assign(state, { surging: true, pending: [], ...noEvidence() });
  return surge;
}

function noEvidence(): Pick<SurgeState, 'statistics' | 'onsets' | 'sums'> {
  const none = (): number[] => ODDS.map(() => 0);
  return { statistics: none(), sums: none(), onsets: ODDS.map(() => null) };
}

function weigh(
  state: SurgeState,
  bound: number,
  x: number,
  time: number,
  { itemsPerFalseAlarm }: SurgeSettings,
): Surge | null {
  const { statistics, sums, onsets } = state;
  for (const [k, odds] of ODDS.entries()) {
    const raised = (odds * bound) / (1 - bound + odds * bound);
    const ratio = x === 1 ? raised / bound : (1 - raised) / (1 - bound);
    statistics[k] = (1 + (statistics[k] ?? 0)) * ratio;
    const before = sums[k] ?? 0;
    if (before <= 0) onsets[k] = time;
    sums[k] = Math.max(0, before) + Math.log(ratio);
  }
  const statistic = surgeStatistic(state);
  if (statistic < itemsPerFalseAlarm) return null;
  const likeliest = sums.indexOf(Math.max(...sums));
  return { since: onsets[likeliest] ?? time, statistic, bound };
}

/** Rₙ: the mean over the alternatives. */
export function surgeStatistic({ statistics }: SurgeState): number {
  return statistics.reduce((sum, one) => sum + one, 0) / statistics.length;
}

/** The share of negative items in the baseline; null while it is learned. */
export function baselineShare({ window, bound }: SurgeState): number | null {
  return bound === null ? null : count(window) / window.length;
}

/** Takes an item into the baseline, with a delay. */
function learn(state: SurgeState, x: number, { baseline }: SurgeSettings): void {
  state.pending.push(x);
  if (state.pending.length <= LAG) return;
  state.window.push(state.pending.shift() ?? 0);
  if (state.window.length > WINDOW) state.window.shift();
  state.fresh++;
  if (state.window.length < baseline || (state.bound !== null && state.fresh < EVERY)) return;
  Object.assign(state, { bound: boundOf(state.window), fresh: 0 });
}

function boundOf(window: readonly number[]): number {
  const bound = binomialUpper(count(window), window.length, ALPHA);
  return Math.min(MOST_BOUND, Math.max(LEAST_BOUND, bound));
}

/** While a share is high: whether it has fallen, or lasts. */
function endSurge(state: SurgeState, x: number): void {
  const { pending } = state;
  pending.push(x);
  const last = pending.slice(-LAG);
  if (last.length === LAG && count(last) / LAG <= (state.bound ?? 1)) {
    Object.assign(state, { surging: false, pending: [] });
  } else if (pending.length >= SETTLED) {
    const window = pending.slice(LAG);
    Object.assign(state, { surging: false, pending: [], window, bound: boundOf(window) });
  }
}

const count = (items: readonly number[]): number => items.reduce((sum, one) => sum + one, 0);
