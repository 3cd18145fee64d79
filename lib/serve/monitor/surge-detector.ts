import {
  finiteNumber,
  flag,
  fraction,
  listOf,
  nullable,
  required,
  stepCount,
  strictObject,
} from '../../check';
import {
  type Baseline,
  baselineCheck,
  learnOpinion,
  newBaseline,
  type Opinion,
  standardError,
} from './baseline';

const { max, sqrt } = Math;

/** How a topic is watched. */
export type SurgeSettings = {
  /** Items of a topic from one false alarm to the next, on average at least. */
  itemsPerFalseAlarm: number;
  /** Items that a topic's baseline is learned from before it is watched. */
  baseline: number;
};

/** γ: how much of the greatest possible stake each alternative bets on a surge. Half of a hard decision's is a doubling. */
const STAKES = [0.1, 0.25, 0.5, 0.95];
/** So many of the last items are kept out of the baseline: a surge should be found before it is part of it. */
const LAG = 50;
/** So many become part of it together, which costs less than one by one. */
const BLOCK = 10;
/** A surge that lasts for so many items is the new baseline. */
const SETTLED = 500;
/** Standard errors by which the baseline is raised: measured to pay for what is not known of it. */
const CAUTION = 0.25;
const LEAST_MEAN = 0.005;
/** Above this nothing is left to rise. */
const MOST_MEAN = 0.9;

const opinion = strictObject({ negative: required(flag), score: required(fraction) });

/** What speaks for one alternative. */
const evidence = strictObject({
  /** The Shiryaev–Roberts statistic. */
  statistic: required(finiteNumber),
  /** The likelihood ratio since the time at which it is greatest, which is where a surge probably began. */
  ratio: required(finiteNumber),
  since: required(finiteNumber),
});

/** What is known of a topic's opinions, as plain data. */
export const surgeState = strictObject({
  usual: required(baselineCheck),
  /** The last items, the oldest first, which are not part of the baseline yet. */
  recent: required(listOf(opinion)),
  /** For each of the alternatives. */
  evidence: required(listOf(evidence, STAKES.length)),
  /** From an alarm on: the items since then, and what the baseline will be if it lasts; else null. */
  surge: required(
    nullable(strictObject({ items: required(stepCount), usual: required(baselineCheck) })),
  ),
});

export type SurgeState = ReturnType<typeof surgeState>;

/** An alarm: opinions have become worse, probably from `since` on. */
export type Surge = { since: number; statistic: number };

/** A topic of which nothing is known. */
export function newSurgeState(): SurgeState {
  return { usual: newBaseline(), recent: [], evidence: noEvidence(), surge: null };
}

/**
 * Takes one more item of a topic, and tells of a surge when there is one:
 *
 *   Rₙ = mean over γ of Rₙᵞ,   Rₙᵞ = (1 + Rₙ₋₁ᵞ) · (1 + γ (sₙ / μ − 1)),   alarm when Rₙ ≥ A
 *
 * s is the probability of «negative», from 0 to 1, and μ its mean in the baseline. As long as the true mean is at most
 * μ, the factors have means of at most 1, whatever the distribution of the scores; Rₙ − n is a supermartingale, and the
 * mean number of items to a false alarm is at least A = `itemsPerFalseAlarm`. Where probabilities are right for the
 * stream, a rise of the negative share has a likelihood ratio that is linear in s: no other test is faster then. The
 * baseline is of what the classifier says, so its errors are part of it. The true mean may be above its estimate: the
 * statistic exceeds A by about a third when it reaches it, which pays for most of that, and `CAUTION` for the rest.
 *
 * Moshe Pollak: Optimal Detection of a Change in Distribution, Annals of Statistics 1985; Jaehyeok Shin, Aaditya Ramdas,
 * Alessandro Rinaldo: E-detectors: A Nonparametric Framework for Sequential Change Detection, 2023,
 * https://arxiv.org/abs/2203.03532; Ian Waudby-Smith, Aaditya Ramdas: Estimating Means of Bounded Random Variables by
 * Betting, JRSS B 2024
 *
 * @param state is changed
 */
export function watchItem(
  state: SurgeState,
  item: Opinion,
  time: number,
  settings: SurgeSettings,
): Surge | null {
  if (state.surge !== null) {
    followSurge(state, state.surge, item);
    return null;
  }
  const surge = isWatched(state, settings) ? weigh(state, item, time, settings) : null;
  if (surge === null) learn(state.recent, state.usual, item);
  else {
    state.evidence = noEvidence();
    state.recent = [];
    state.surge = { items: 0, usual: newBaseline() };
  }
  return surge;
}

/** Whether enough is known of a topic. */
export function isWatched({ usual }: SurgeState, { baseline }: SurgeSettings): boolean {
  return usual.items >= baseline;
}

/** μ: the mean score of the baseline, raised by some of what is not known of it. */
export function surgeMean(usual: Baseline): number {
  const raised = usual.score + CAUTION * standardError(usual);
  return max(raised, LEAST_MEAN);
}

/** Rₙ: the mean over the alternatives. */
export function surgeStatistic({ evidence }: SurgeState): number {
  return evidence.reduce((sum, { statistic }) => sum + statistic, 0) / evidence.length;
}

const noEvidence = () => STAKES.map(() => ({ statistic: 0, ratio: 0, since: 0 }));

function weigh(
  { usual, evidence }: SurgeState,
  { score }: Opinion,
  time: number,
  { itemsPerFalseAlarm }: SurgeSettings,
): Surge | null {
  const mean = surgeMean(usual);
  if (mean > MOST_MEAN) return null;
  const excess = score / mean - 1;
  let sum = 0;
  let k = 0;
  for (const one of evidence) {
    const factor = 1 + (STAKES[k++] ?? 0) * excess;
    one.statistic = (1 + one.statistic) * factor;
    sum += one.statistic;
    if (one.ratio <= 1) {
      one.since = time;
      one.ratio = factor;
    } else one.ratio *= factor;
  }
  const statistic = sum / evidence.length;
  if (statistic < itemsPerFalseAlarm) return null;
  const [likeliest] = evidence.toSorted((a, b) => b.ratio - a.ratio);
  return { since: likeliest?.since ?? time, statistic };
}

/** Whether scores have fallen again, or are the new baseline. */
function followSurge(
  state: SurgeState,
  surge: NonNullable<SurgeState['surge']>,
  item: Opinion,
): void {
  const { usual, recent } = state;
  surge.items++;
  learn(recent, surge.usual, item);
  if (recent.length < LAG) return;
  const score = recent.slice(-LAG).reduce((sum, one) => sum + one.score, 0) / LAG;
  if (score <= usual.score + sqrt(usual.variance / LAG)) {
    Object.assign(state, { surge: null, recent: [] });
  } else if (surge.items >= SETTLED) {
    Object.assign(state, { surge: null, usual: surge.usual });
  }
}

/** Keeps an item among the last ones, and takes those into a baseline that are older. */
function learn(recent: Opinion[], usual: Baseline, { negative, score }: Opinion): void {
  recent.push({ negative, score });
  if (recent.length < LAG + BLOCK) return;
  for (const item of recent.splice(0, BLOCK)) learnOpinion(usual, item);
}
