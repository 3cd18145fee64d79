import type { Episodes } from '../../meta';
import { type AugmentOptions, augmentEpisode } from '../../text/augment/augment-episode';
import type { TextDataset, TextGroups } from '../../text/datasets/dataset';
import { EpisodeSampler } from '../../text/episodes/episode-sampler';
import { episodeTensors } from '../../text/episodes/episode-tensors';
import type { Vectorizer } from '../../text/vectorizer';
import { type Tree, torch } from '../../torch';
import { type Features, lookup } from './features';

/** Makes the episodes of some numbers. */
export type TaskMaker = {
  readonly sampler: EpisodeSampler;
  /** What is known of a text beside its class. */
  groups(text: string): TextGroups | undefined;
  make(numbers: readonly number[]): Episodes<Tree>;
};

export type TaskOptions = {
  readonly dataset: TextDataset;
  readonly classes: readonly string[];
  readonly vectorizer: Vectorizer<Tree>;
  readonly features: Features | undefined;
  readonly ways: number;
  readonly shots: number;
  readonly queries: number;
  readonly seed: number;
  /** More texts for the support sets. */
  readonly augment?: Omit<AugmentOptions, 'generator'> | undefined;
};

/**
 * Episodes of some classes as tensors: their vectors looked up where these are known, else made of the texts.
 *
 * @throws ArgumentRangeError as `EpisodeSampler`
 */
export function taskMaker(options: TaskOptions): TaskMaker {
  const { dataset, classes, vectorizer, features, ways, shots, queries, seed, augment } = options;
  const generator = torch.generator(seed);
  const sampler = new EpisodeSampler(dataset, { ways, shots, queries, classes, generator });
  const groups = (text: string) => dataset.groups?.(text);
  if (features !== undefined && augment === undefined) {
    const found = lookup(features, sampler);
    return { sampler, groups, make: (numbers) => found(numbers.map((i) => sampler.rows(i))) };
  }
  const textsOf = (i: number) => {
    const episode = sampler.episode(i);
    return augment === undefined ? episode : augmentEpisode(episode, i, { ...augment, generator });
  };
  return {
    sampler,
    groups,
    make: (numbers) => episodeTensors(numbers.map(textsOf), vectorizer, classes),
  };
}

/** Tasks that are evaluated at once. */
const BATCH = 20;

/** Episodes of a maker in batches, for `evaluate`: so many from the first on, or from another. */
export function* batchesOf(
  maker: Pick<TaskMaker, 'make'>,
  episodes: number,
  first = 0,
): Generator<() => Episodes<Tree>> {
  const end = first + episodes;
  for (let from = first; from < end; from += BATCH) {
    yield () => maker.make(numbersFrom(from, Math.min(BATCH, end - from)));
  }
}

export function numbersFrom(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}
