import {
  array,
  callable,
  integerFrom,
  readOptions,
  required,
  string,
  upTo,
  withDefault,
} from '../../check';
import { invalidArgument, outOfRange } from '../../errors';
import { Generator as TorchGenerator } from '../../torch';
import { sameText } from '../datasets/dataset';
import type { EpisodeText, TextEpisode } from '../episodes/episode-sampler';
import { RandomSource } from '../random-source';
import type { Augmentation } from './augmentations';

/** A check for the number of new texts for each text: an integer from 1 to 1,000. */
export const copyCount = upTo(1000);

const SCHEMA = {
  /** What texts are changed by; each new text by one of them, drawn at random. */
  augmentations: required<readonly Augmentation[]>(augmentationList),
  /** New texts for each text of the support set. Default: 1. */
  copies: withDefault(copyCount, 1),
  /** Fixes the new texts, with the number of the episode. */
  generator: required<TorchGenerator>(generatorOf),
};

// Apart from the numbers that the episode of the same seed was drawn by.
const STREAM = 2 ** 52;

/** Options of `augmentEpisode`. */
export type AugmentOptions = {
  readonly augmentations: readonly Augmentation[];
  readonly copies?: number;
  readonly generator: TorchGenerator;
};

/**
 * The episode with more texts in its support set: copies of those that are there, changed. The query set is never
 * touched, and a changed text that is one of its texts is left out, as is one that is in the support set already.
 * Rows are in random order. The result depends on the seed and on `index` alone.
 *
 *     const more = augmentEpisode(sampler.episode(i), i, { augmentations: [wordDropout()], generator });
 *
 * @param index the number of the episode
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong argument
 */
export function augmentEpisode(
  episode: TextEpisode,
  index: number,
  options: AugmentOptions,
): TextEpisode {
  const settings = readOptions(SCHEMA, options, 'augmentEpisode');
  const { support, query }: TextEpisode = Object(episode);
  requireTextsOf(support, 'support');
  requireTextsOf(query, 'query');
  const seed = BigInt.asUintN(64, BigInt(settings.generator.seed));
  const own = new RandomSource(seed).fork(STREAM);
  const random = own.fork(integerFrom(0, index, 'index', 'augmentEpisode'));
  const seen = new Set([...support, ...query].map(({ text }) => sameText(text)));
  const added: EpisodeText[] = [];
  for (const { text, label } of support) {
    for (let copy = 0; copy < settings.copies; copy++) {
      const [augmentation] = random.sample(settings.augmentations, 1);
      const changed = augmentation?.(text, random) ?? text;
      const key = sameText(changed);
      if (key === '' || seen.has(key)) continue;
      seen.add(key);
      added.push({ text: changed, label });
    }
  }
  return { ...episode, support: random.shuffle([...support, ...added]) };
}

function requireTextsOf(rows: readonly EpisodeText[], name: string): void {
  array(rows, 'texts with labels', name, 'augmentEpisode');
  for (const [i, row] of rows.entries()) string(row?.text, `${name}[${i}].text`, 'augmentEpisode');
}

function augmentationList(value: unknown, name: string, operator: string): readonly Augmentation[] {
  const list = array(value as readonly Augmentation[], 'augmentations', name, operator);
  list.forEach((one, i) => {
    callable(one, `${name}[${i}]`, operator);
  });
  if (list.length > 0) return list;
  throw outOfRange('at least one augmentation', `${name} of ${operator}`, value, operator);
}

function generatorOf(value: unknown, name: string, operator: string): TorchGenerator {
  if (value instanceof TorchGenerator) return value;
  throw invalidArgument('a torch.Generator', `${name} of ${operator}`, value, operator);
}
