import { checkOptions, integerFrom, requireDistinct } from '../check';
import { invalidArgument, outOfRange } from '../errors';
import { Generator as TorchGenerator } from '../torch';
import { datasetOf, type TextDataset } from './datasets/dataset';
import { RandomSource } from './random-source';

/** A text and the index of its class within the episode. */
export interface EpisodeText {
  text: string;
  /** From 0 to N − 1; `classes[label]` is its name. */
  label: number;
}

/** One N-way task: learn the classes from the support set, then answer the query set. */
export interface TextEpisode {
  /** The N classes in label order, which is random. */
  classes: string[];
  /** `N·K` texts if every class has K shots, in random order. */
  support: EpisodeText[];
  /** `N·Q` texts in random order; none of them is in the support set. */
  query: EpisodeText[];
}

/** A number of shots drawn anew for every class, each from least to most equally likely. */
export interface ShotRange {
  minShots: number;
  maxShots: number;
}

export interface EpisodeSamplerOptions {
  /** N: classes in an episode, at least 2. */
  ways: number;
  /** K: support texts of each class, at least 1; or a range for unbalanced episodes. */
  shots: number | ShotRange;
  /** Q: query texts of each class, at least 1. */
  queries: number;
  /** Fixes every episode by its current seed; numbers drawn from it before or later do not matter. */
  generator: TorchGenerator;
  /** Classes to draw from. Default: all of the dataset. */
  classes?: readonly string[];
}

// More than fit a process's memory.
const MOST_EPISODES = 1_000_000;

interface Pool {
  label: string;
  texts: readonly string[];
}

function requireShots(shots: unknown): ShotRange {
  if (typeof shots === 'number') {
    integerFrom(1, shots, 'shots', 'EpisodeSampler');
    return { minShots: shots, maxShots: shots };
  }
  if (typeof shots !== 'object' || shots === null) {
    throw invalidArgument('an integer or { minShots, maxShots }', 'shots', shots);
  }
  const { minShots, maxShots }: Partial<Record<keyof ShotRange, unknown>> = shots;
  const least = integerFrom(1, minShots, 'shots.minShots', 'EpisodeSampler');
  return {
    minShots: least,
    maxShots: integerFrom(least, maxShots, 'shots.maxShots', 'EpisodeSampler'),
  };
}

function requirePools(dataset: TextDataset, classes: readonly string[], needed: number): Pool[] {
  return classes.map((label) => {
    const texts = dataset.examples(label);
    if (texts.length < needed) {
      const expected = `at least ${needed} examples (shots and queries)`;
      throw outOfRange(expected, `class '${label}' of '${dataset.name}'`, texts.length);
    }
    return { label, texts };
  });
}

const OPTIONS = ['ways', 'shots', 'queries', 'generator', 'classes'];

/**
 * Draws N-way K-shot episodes: N classes without replacement, and of each class K support and Q
 * query texts without replacement, as in Oriol Vinyals et al., "Matching Networks for One Shot
 * Learning", NeurIPS 2016. Rows are in random order, so that no learner can rely on their positions.
 *
 * Episode `i` depends on the seed of `generator` and on `i` alone, and is the same on every machine.
 * So a run resumes where it stopped by its step number, and `episodes(600)` under a seed of its own is
 * a fixed list for evaluation. The generator of a model's parameters serves here as well.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong option: fewer classes than ways, an
 * unknown class, or, by name, a class with fewer texts than shots and queries need.
 */
export class EpisodeSampler {
  readonly ways: number;
  readonly shots: Readonly<ShotRange>;
  readonly queries: number;
  readonly #pools: readonly Pool[];
  readonly #random: RandomSource;

  constructor(dataset: TextDataset, options: EpisodeSamplerOptions) {
    datasetOf(dataset, 'dataset', 'EpisodeSampler');
    checkOptions(options, OPTIONS, 'EpisodeSampler');
    this.ways = integerFrom(2, options.ways, 'ways', 'EpisodeSampler');
    this.shots = requireShots(options.shots);
    this.queries = integerFrom(1, options.queries, 'queries', 'EpisodeSampler');
    if (!(options.generator instanceof TorchGenerator)) {
      throw invalidArgument('a torch.Generator', 'generator', options.generator, 'EpisodeSampler');
    }
    this.#random = new RandomSource(options.generator.seed);
    const classes = options.classes ?? dataset.classes;
    requireDistinct(classes, 'classes');
    if (classes.length < this.ways) {
      throw outOfRange(`at least ${this.ways} names (ways)`, 'classes', classes);
    }
    this.#pools = requirePools(dataset, classes, this.shots.maxShots + this.queries);
  }

  /** Episode number `index`. @throws ArgumentRangeError unless it is an integer of at least 0. */
  episode(index: number): TextEpisode {
    const random = this.#random.fork(integerFrom(0, index, 'index', 'EpisodeSampler'));
    const pools = random.sample(this.#pools, this.ways);
    const { minShots, maxShots } = this.shots;
    const episode: TextEpisode = { classes: [], support: [], query: [] };
    pools.forEach(({ label: name, texts }, label) => {
      const shots = minShots + random.int(maxShots - minShots + 1);
      const drawn = random.sample(texts, shots + this.queries);
      episode.classes.push(name);
      for (const text of drawn.slice(0, shots)) episode.support.push({ text, label });
      for (const text of drawn.slice(shots)) episode.query.push({ text, label });
    });
    const { classes, support, query } = episode;
    return { classes, support: random.shuffle(support), query: random.shuffle(query) };
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
}
