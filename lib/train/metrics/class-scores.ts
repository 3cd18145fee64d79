import { type Figure, share, wider } from './figure';
import { knownPlaces, NONE, type QueryTable } from './query-table';
import { once, type ResampleOptions, resampled, type Statistic, type Weights } from './resample';

/** How well one class is recognised, among queries that have one of the labels. */
export type ClassScore = {
  readonly label: string;
  /** How many queries have the label. */
  readonly queries: number;
  /** How many were answered by it. */
  readonly answers: number;
  /** The share of those answers that is right; null if there are none. */
  readonly precision: Figure | null;
  /** The share of those queries that is found; null if there are none. */
  readonly recall: Figure | null;
  /** 2·TP / (2·TP + FP + FN); null for a class that neither was asked nor answered. */
  readonly f1: Figure | null;
};

export type ClassScores = {
  /** The mean of the F1 of the classes that were asked or answered. */
  readonly macroF1: Figure | null;
  /** The mean recall of the classes that were asked. */
  readonly balancedAccuracy: Figure | null;
  readonly classes: readonly ClassScore[];
};

/** How many queries, answers and hits each class has. */
type Counts = { asked: Float64Array; answered: Float64Array; hits: Float64Array };

/**
 * Precision, recall and F1 of each class, and their means. Queries out of scope do not count; a query that was
 * taken to be out of scope counts as not found.
 */
export function classScores(table: QueryTable, options: ResampleOptions): ClassScores {
  const known = knownPlaces(table);
  const { asked, answered, hits } = countsOf(table, known, once(table));
  const statistic = classStatistic(table);
  const [macroF1 = null, balancedAccuracy = null, ...rest] = resampled(table, statistic, options);
  const classes = table.labels.map((label, i): ClassScore => {
    const [queries, answers, found] = [asked, answered, hits].map((counts) => counts[i] ?? 0);
    return {
      label,
      queries: queries ?? 0,
      answers: answers ?? 0,
      precision: proportion(rest[3 * i], found, answers),
      recall: proportion(rest[3 * i + 1], found, queries),
      f1: rest[3 * i + 2] ?? null,
    };
  });
  return { macroF1, balancedAccuracy, classes };
}

/** Macro F1, balanced accuracy, and precision, recall and F1 of each class. */
export function classStatistic(table: QueryTable): Statistic {
  const known = knownPlaces(table);
  return (weights) => scoresOf(countsOf(table, known, weights));
}

/** A share whose interval allows for few queries, and for queries of an episode being alike. */
function proportion(figure: Figure | null | undefined, hits = 0, total = 0): Figure | null {
  const few = share(hits, total);
  return figure && few ? wider(figure, few) : null;
}

function countsOf(table: QueryTable, places: Uint32Array, weights: Weights): Counts {
  const { truth, answer, labels } = table;
  const [asked, answered, hits] = [0, 0, 0].map(() => new Float64Array(labels.length));
  const counts = { asked, answered, hits } as Counts;
  for (const place of places) {
    const [own = NONE, given = NONE, weight = 0] = [truth[place], answer[place], weights[place]];
    add(counts.asked, own, weight);
    if (given === NONE) continue;
    add(counts.answered, given, weight);
    if (own === given) add(counts.hits, own, weight);
  }
  return counts;
}

function add(counts: Float64Array, place: number, weight: number): void {
  counts[place] = (counts[place] ?? 0) + weight;
}

/** Macro F1, balanced accuracy, and precision, recall and F1 of each class; NaN for what has no value. */
function scoresOf({ asked, answered, hits }: Counts): Float64Array {
  const scores = new Float64Array(2 + 3 * asked.length);
  const f1s: number[] = [];
  const recalls: number[] = [];
  for (let i = 0; i < asked.length; i++) {
    const [all = 0, given = 0, found = 0] = [asked[i], answered[i], hits[i]];
    const f1 = (2 * found) / (all + given);
    scores.set([found / given, found / all, f1], 2 + 3 * i);
    if (all + given > 0) f1s.push(f1);
    if (all > 0) recalls.push(found / all);
  }
  scores.set([mean(f1s), mean(recalls)]);
  return scores;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
