import { createHash } from 'node:crypto';
import {
  integerFrom,
  listOf,
  literal,
  matching,
  required,
  stepCount,
  strictObject,
  string,
  withMethods,
} from '../../check';
import { onFile, parseFileContent, readJsonFile, refuseFile } from '../../files/checked-file';
import { packageVersion } from '../../package-version';
import { replaceFile } from '../../torch/files/replace-file';
import type { TextDataset } from '../datasets/dataset';
import type { EpisodeRows, EpisodeSampler, LabeledRows, TextEpisode } from './episode-sampler';
import { datasetsOf } from './sampler-options';
import { addTexts } from './task-sources';

const FORMAT = 'metatorch.episodes';
const VERSION = 1;
const MOST_EPISODES = 1_000_000;
const WHAT = 'a list of episodes';

const rowsCheck = strictObject({
  rows: required(listOf(stepCount, 1)),
  labels: required(listOf(stepCount, 1)),
});
const settingsCheck = strictObject({
  ways: required(strictObject({ minWays: required(stepCount), maxWays: required(stepCount) })),
  shots: required(strictObject({ minShots: required(stepCount), maxShots: required(stepCount) })),
  queries: required(stepCount),
});
const contentSchema = {
  format: required(literal(FORMAT)),
  version: required(literal(VERSION)),
  metatorch: required(string),
  seed: required(matching(/^\d{1,20}$/, '1 to 20 digits')),
  settings: required(settingsCheck),
  sources: required(
    listOf(strictObject({ name: required(string), classes: required(listOf(string, 2)) }), 1),
  ),
  textsSha256: required(string),
  episodes: required(
    listOf(
      strictObject({
        source: required(stepCount),
        classes: required(listOf(stepCount, 2)),
        support: required(rowsCheck),
        query: required(rowsCheck),
      }),
    ),
  ),
};
const fileCheck = strictObject({ ...contentSchema, sha256: required(string) });

type Content = Omit<ReturnType<typeof fileCheck>, 'sha256'>;

/** A fixed list of episodes, and how it was drawn. */
export type SavedEpisodes = {
  readonly episodes: readonly TextEpisode[];
  readonly seed: bigint;
  /** The version of metatorch that drew it. */
  readonly metatorch: string;
  readonly settings: Pick<EpisodeSampler, 'ways' | 'shots' | 'queries'>;
};

const samplerOf = withMethods<EpisodeSampler>('an EpisodeSampler', 'rows', 'episode');

/**
 * Saves the episodes `from` to `from + count − 1` of a sampler, so that others are measured by the same ones. The
 * file is JSON: seed, settings, version, the rows of each episode, and a sha256 of all that and of the texts,
 * which are not in it.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it cannot be written; ArgumentTypeError or ArgumentRangeError for a wrong
 *   argument
 */
export function saveEpisodes(path: string, sampler: EpisodeSampler, count: number, from = 0): void {
  const operator = 'saveEpisodes';
  string(path, 'path', operator);
  samplerOf(sampler, 'sampler', operator);
  integerFrom(1, count, 'count', operator, MOST_EPISODES);
  integerFrom(0, from, 'from', operator);
  const { ways, shots, queries } = sampler;
  const content: Content = {
    format: FORMAT,
    version: VERSION,
    metatorch: packageVersion(),
    seed: String(sampler.seed),
    settings: { ways, shots, queries },
    sources: sampler.sources.map(({ name, classes }) => ({
      name,
      classes: classes.map(({ label }) => label),
    })),
    textsSha256: sha256OfTexts(sampler.texts),
    episodes: Array.from({ length: count }, (_, i) => plain(sampler.rows(from + i))),
  };
  const file = { ...content, sha256: sha256(JSON.stringify(content)) };
  replaceFile(path, [Buffer.from(`${JSON.stringify(file)}\n`)]);
}

/**
 * The episodes of a file of `saveEpisodes`, with the texts of the data sets that they were drawn from.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file cannot be read, has been changed, or is of other texts than
 *   those of the data sets; ArgumentTypeError for a wrong argument
 */
export function loadEpisodes(
  path: string,
  dataset: TextDataset | readonly TextDataset[],
): SavedEpisodes {
  string(path, 'path', 'loadEpisodes');
  const datasets = datasetsOf(dataset, 'loadEpisodes');
  const value = readJsonFile(path, WHAT);
  const { sha256: sum, ...content } = parseFileContent(path, fileCheck, value, WHAT);
  const actual = sha256(JSON.stringify(content));
  if (actual !== sum) throw refuseFile(path, `the sha256 ${sum} that it names`, actual);
  const texts = textsOf(path, content, datasets);
  const { seed, metatorch, settings, sources, episodes } = content;
  const source = (i: number) => onFile(path, WHAT, () => itemAt(sources, i));
  return {
    episodes: episodes.map((episode): TextEpisode => {
      const { name, classes } = source(episode.source);
      const examples = ({ rows, labels }: Content['episodes'][number]['support']) =>
        rows.map((row, i) => ({ text: itemAt(texts, row), label: itemAt(labels, i) }));
      return onFile(path, WHAT, () => ({
        ...(sources.length > 1 && { source: name }),
        classes: episode.classes.map((number) => itemAt(classes, number)),
        support: examples(episode.support),
        query: examples(episode.query),
      }));
    }),
    seed: BigInt(seed),
    metatorch,
    settings,
  };
}

function textsOf(path: string, content: Content, datasets: readonly TextDataset[]): string[] {
  const texts: string[] = [];
  for (const { name, classes } of content.sources) {
    // A group's name goes on after that of its data set.
    const dataset = datasets.find((one) => name === one.name || name.startsWith(`${one.name}/`));
    if (dataset === undefined) {
      const names = datasets.map((one) => `'${one.name}'`).join(', ');
      throw refuseFile(path, `episodes of ${names}`, `some of '${name}'`);
    }
    onFile(path, `episodes of '${dataset.name}'`, () => addTexts(texts, dataset, classes));
  }
  if (sha256OfTexts(texts) === content.textsSha256) return texts;
  const names = datasets.map((one) => `'${one.name}'`).join(', ');
  throw refuseFile(path, `episodes of the texts of ${names}`, 'a sha256 of other texts');
}

function plain({ source, classes, support, query }: EpisodeRows): Content['episodes'][number] {
  const list = ({ rows, labels }: LabeledRows) => ({ rows: [...rows], labels: [...labels] });
  return { source, classes: [...classes], support: list(support), query: list(query) };
}

function itemAt<T>(items: readonly T[], place: number): T {
  const item = items[place];
  if (item !== undefined) return item;
  throw new Error(`the number ${place} of a list of ${items.length}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Of all texts with their lengths, so that no two lists have the same bytes. */
function sha256OfTexts(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:${text}\n`);
  return hash.digest('hex');
}
