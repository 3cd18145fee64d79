import { checkOptions, integerFrom } from '../../check';
import { outOfRange } from '../../errors';
import type { TextDataset } from '../datasets/dataset';
import { RandomSource } from '../random-source';
import { RowDrawer, shuffleTogether } from './row-drawer';
import {
  datasetsOf,
  type EpisodeSamplerOptions,
  requireChoice,
  requireGenerator,
  requireGroups,
  requireShots,
  requireWays,
  SAMPLER_OPTIONS,
  type ShotRange,
  type WayRange,
} from './sampler-options';
import { type ClassRows, type TaskSource, taskSources } from './task-sources';

/** A text and the index of its class within the episode. */
export interface EpisodeText {
  text: string;
  /** From 0 to N − 1; `classes[label]` is its name. */
  label: number;
}

/** One N-way task: learn the classes from the support set, then answer the query set. */
export interface TextEpisode {
  /** The data set or group that it was drawn from, where there are several. */
  source?: string;
  /** The N classes in label order, which is random. */
  classes: string[];
  /** `N·K` texts if every class has K shots, in random order. */
  support: EpisodeText[];
  /** `N·Q` texts in random order; none of them is in the support set. */
  query: EpisodeText[];
}

/** Rows of `sampler.texts`, in random order, and the label of each within the episode. */
export type LabeledRows = { readonly rows: Int32Array; readonly labels: Int32Array };

/** An episode as numbers, for whoever has a vector of each text already. */
export type EpisodeRows = {
  /** The number of its source in `sampler.sources`. */
  readonly source: number;
  /** `[N]`: numbers of the classes among those of the source; label i is class `classes[i]`. */
  readonly classes: Int32Array;
  readonly support: LabeledRows;
  readonly query: LabeledRows;
};

// More than fit a process's memory.
const MOST_EPISODES = 1_000_000;

/**
 * Draws N-way K-shot episodes: N classes without replacement, and of each class K support and Q
 * query texts without replacement, as in Oriol Vinyals et al., "Matching Networks for One Shot
 * Learning", NeurIPS 2016. Rows are in random order, so that no learner can rely on their positions.
 *
 * Of several data sets, for example languages, an episode takes one, and of `groups` of classes one
 * group.
 *
 * Episode `i` depends on the seed of `generator` and on `i` alone, and is the same on every machine and in
 * every thread. So a run resumes where it stopped by its step number, and `episodes(600)` under a seed of its
 * own is a fixed list for evaluation. The generator of a model's parameters serves here as well.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong option: fewer classes than ways, an
 * unknown class, two texts that are the same by `sameText`, or, by name, classes with fewer texts than shots
 * and queries need.
 */
export class EpisodeSampler {
  readonly ways: Readonly<WayRange>;
  readonly shots: Readonly<ShotRange>;
  readonly queries: number;
  readonly seed: bigint;
  /** What episodes are drawn from: data sets, or groups of their classes. */
  readonly sources: readonly TaskSource[];
  /** All texts, in the order of sources and classes. */
  readonly texts: readonly string[];
  readonly #random: RandomSource;
  readonly #drawer = new RowDrawer();
  /** Where each source ends if they are chosen by size; empty if each is equally likely. */
  readonly #ends: readonly number[];

  constructor(dataset: TextDataset | readonly TextDataset[], options: EpisodeSamplerOptions) {
    const datasets = datasetsOf(dataset);
    checkOptions(options, SAMPLER_OPTIONS, 'EpisodeSampler');
    this.ways = requireWays(options.ways);
    this.shots = requireShots(options.shots);
    this.queries = integerFrom(1, options.queries, 'queries', 'EpisodeSampler');
    this.seed = BigInt.asUintN(64, BigInt(requireGenerator(options.generator).seed));
    this.#random = new RandomSource(this.seed);
    const groups = requireGroups(options.groups);
    const choice = requireChoice(options.choice ?? 'uniform', 'choice', 'EpisodeSampler');
    const needs = { ways: this.ways.maxWays, texts: this.shots.maxShots + this.queries };
    const { sources, texts } = taskSources(datasets, { classes: options.classes, groups }, needs);
    this.sources = sources;
    this.texts = texts;
    this.#ends = choice === 'proportional' ? endsOf(sources) : [];
  }

  /** Episode number `index`. @throws ArgumentRangeError unless it is an integer of at least 0. */
  episode(index: number): TextEpisode {
    const { source, classes, support, query } = this.rows(index);
    const from = itemAt(this.sources, source);
    const names = Array.from(classes, (number) => itemAt(from.classes, number).label);
    return {
      ...(this.sources.length > 1 && { source: from.name }),
      classes: names,
      support: this.#textsOf(support),
      query: this.#textsOf(query),
    };
  }

  /**
   * Episode number `index` as numbers instead of texts, many times as fast.
   *
   *     const { support, query } = sampler.rows(0);
   *     const inputs = features.indexSelect(0, torch.tensor(support.rows)); // [N·K, D]
   *
   * @throws ArgumentRangeError unless it is an integer of at least 0
   */
  rows(index: number): EpisodeRows {
    const random = this.#random.fork(integerFrom(0, index, 'index', 'EpisodeSampler'));
    const source = this.sources.length > 1 ? this.#chooseSource(random) : 0;
    const { classes: all } = itemAt(this.sources, source);
    const { minWays, maxWays } = this.ways;
    const ways = minWays === maxWays ? minWays : minWays + random.below(maxWays - minWays + 1);
    const classes = new Int32Array(ways);
    this.#drawer.draw(random, { start: 0, size: all.length }, ways, classes, 0);
    return { source, classes, ...this.#drawRows(random, all, classes) };
  }

  /**
   * The `count` episodes from number `from` on.
   *
   * @throws ArgumentTypeError or ArgumentRangeError unless both are integers of at least 0, and `count`
   * is at most 1,000,000; `batches` makes as many as are asked for, one after another.
   */
  episodes(count: number, from = 0): TextEpisode[] {
    integerFrom(0, count, 'count', 'EpisodeSampler', MOST_EPISODES);
    integerFrom(0, from, 'from', 'EpisodeSampler');
    return Array.from({ length: count }, (_, i) => this.episode(from + i));
  }

  /**
   * Batches of `tasks` episodes without end: batch `s` holds the episodes from `s·tasks` on.
   *
   * @throws ArgumentTypeError or ArgumentRangeError unless `tasks` is an integer of at least 1 and
   * `firstBatch` one of at least 0.
   */
  batches(tasks: number, firstBatch = 0): Generator<TextEpisode[], never, undefined> {
    integerFrom(1, tasks, 'tasks', 'EpisodeSampler');
    integerFrom(0, firstBatch, 'firstBatch', 'EpisodeSampler');
    return this.#batches(tasks, firstBatch);
  }

  *#batches(tasks: number, first: number): Generator<TextEpisode[], never, undefined> {
    for (let batch = first; ; batch++) yield this.episodes(tasks, batch * tasks);
  }

  #chooseSource(random: RandomSource): number {
    const total = this.#ends.at(-1);
    if (total === undefined) return random.below(this.sources.length);
    const place = random.below(total);
    return this.#ends.findIndex((end) => place < end);
  }

  #drawRows(random: RandomSource, all: readonly ClassRows[], classes: Int32Array) {
    const { minShots, maxShots } = this.shots;
    const most = maxShots + this.queries;
    const support = emptyRows(classes.length * maxShots);
    const query = emptyRows(classes.length * this.queries);
    const drawn = new Int32Array(most);
    let end = 0;
    for (let label = 0; label < classes.length; label++) {
      const shots = minShots + random.below(maxShots - minShots + 1);
      const pool = itemAt(all, classes[label] ?? 0);
      this.#drawer.draw(random, pool, shots + this.queries, drawn, 0);
      support.rows.set(drawn.subarray(0, shots), end);
      support.labels.fill(label, end, end + shots);
      query.rows.set(drawn.subarray(shots, shots + this.queries), label * this.queries);
      query.labels.fill(label, label * this.queries, (label + 1) * this.queries);
      end += shots;
    }
    const used = {
      rows: support.rows.subarray(0, end),
      labels: support.labels.subarray(0, end),
    };
    shuffleTogether(random, used.rows, used.labels);
    shuffleTogether(random, query.rows, query.labels);
    return { support: used, query };
  }

  #textsOf({ rows, labels }: LabeledRows): EpisodeText[] {
    return Array.from(rows, (row, i) => ({
      text: itemAt(this.texts, row),
      label: labels[i] ?? 0,
    }));
  }
}

function itemAt<T>(items: readonly T[], place: number): T {
  const item = items[place];
  if (item !== undefined) return item;
  throw outOfRange(`a place in a list of ${items.length}`, 'rows', place, 'EpisodeSampler');
}

function emptyRows(length: number): LabeledRows {
  return { rows: new Int32Array(length), labels: new Int32Array(length) };
}

function endsOf(sources: readonly TaskSource[]): number[] {
  let end = 0;
  return sources.map(({ classes }) => {
    end += classes.reduce((sum, { size }) => sum + size, 0);
    return end;
  });
}
