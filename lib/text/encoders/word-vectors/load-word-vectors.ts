import { basename } from 'node:path';
import {
  abortSignal,
  callable,
  flag,
  type OptionsOf,
  oneOf,
  optional,
  positiveFinite,
  positiveInteger,
  readOptions,
  requireTexts,
  string,
  withDefault,
} from '../../../check';
import { invalidArgument, outOfRange } from '../../../errors';
import { torch } from '../../../torch';
import type { TokenModel } from '../token-model';
import { firstComponent, sifWeights } from './sif';
import { readVectorTable, type VectorTable } from './vector-table';
import { WordIds } from './word-ids';
import { KIND, meanOf, type WordVectorParams, wordVectorModel } from './word-vector-model';

/** How far the reading of a file is. */
export type ReadProgress = {
  /** Bytes of the file that have been read. */
  readonly loaded: number;
  /** Bytes of the file. */
  readonly total: number;
};

const SCHEMA = {
  /** Keep the vectors of these words alone. Default: of all. */
  vocabulary: optional<Iterable<string>>(wordList),
  /** Keep so many words at most, the first ones, which in most files are the most frequent. */
  most: optional(positiveInteger),
  /** How words become texts: their mean, or that of smooth inverse frequencies. Default: `mean`. */
  pooling: withDefault(oneOf('mean', 'sif'), 'mean'),
  /** a of `sif`. Default: 1e-3. */
  a: withDefault(positiveFinite, 1e-3),
  /** How often each word occurs, for `sif`. Default: by Zipf's law, from its place in the file. */
  counts: optional<ReadonlyMap<string, number>>(countsByWord),
  /** Texts whose common direction `sif` takes out of all. Default: none is taken out. */
  fitOn: optional<readonly string[]>(textList),
  /** Lower-case texts. Default: whether no word of the file has a capital letter. */
  lowerCase: optional(flag),
  /** Words of a text beyond so many known ones are left out. Default: 128. */
  maxLength: withDefault(positiveInteger, 128),
  /** Ends the reading. */
  signal: optional<AbortSignal>(abortSignal),
  onProgress: optional<(progress: ReadProgress) => void>(callable),
};

export type WordVectorOptions = OptionsOf<typeof SCHEMA>;

/**
 * Reads vectors of words, and makes vectors of texts from them: the mean over a text's known words, of
 * length 1, or 0 if none is known. Files are those of GloVe, word2vec (as text) and fastText, packed by
 * gzip or not; they are read piece by piece, and take memory for the words that are kept alone.
 *
 *     const model = await loadWordVectors('glove.6B.100d.txt.gz', { most: 50_000 });
 *
 * With pooling `sif` a word w counts a / (a + p(w)), p(w) being its share of all words, and the first
 * principal component of the vectors of `fitOn` is taken out: Arora et al. 2017, «A Simple but Tough-to-Beat
 * Baseline for Sentence Embeddings», https://openreview.net/forum?id=SyK00v5xx
 *
 * A word that comes twice has its first vector; a warning tells how many do.
 *
 * @throws TorchError `ERR_TORCH_FILE` that names the line, if the file is not of that form, or is cut off;
 *   the signal's reason; ArgumentTypeError or ArgumentRangeError for a wrong argument
 */
export async function loadWordVectors(
  path: string,
  options: WordVectorOptions = {},
): Promise<TokenModel<WordVectorParams>> {
  string(path, 'path', 'loadWordVectors');
  const settings = readOptions(SCHEMA, options, 'loadWordVectors');
  settings.signal?.throwIfAborted();
  const { vocabulary, most, signal, onProgress, maxLength } = settings;
  const kept = vocabulary === undefined ? undefined : new Set(vocabulary);
  const table = await readVectorTable(path, { vocabulary: kept, most, signal, onProgress });
  const { words } = table;
  const lowerCase = settings.lowerCase ?? words.every((word) => word === word.toLowerCase());
  const params = torch.scope(() =>
    paramsOf(table, settings, (text) => new WordIds(words, lowerCase).encode(text, maxLength)),
  );
  return wordVectorModel({ kind: KIND, name: basename(path), words, lowerCase, maxLength }, params);
}

type Pooling = {
  pooling: 'mean' | 'sif';
  a: number;
  counts?: ReadonlyMap<string, number> | undefined;
  fitOn?: readonly string[] | undefined;
};

function paramsOf(
  { words, vectors, dimensions }: VectorTable,
  { pooling, a, counts, fitOn }: Pooling,
  encode: (text: string) => Int32Array,
): WordVectorParams {
  if (pooling === 'mean' && (counts ?? fitOn) !== undefined) {
    throw outOfRange("'sif' with counts or fitOn", 'pooling', pooling, 'loadWordVectors');
  }
  const known = torch.tensor(vectors, { shape: [words.length, dimensions] });
  const table = torch.cat([torch.zeros([1, dimensions]), known]);
  if (pooling === 'mean') return { vectors: table };
  const weights = torch.tensor(sifWeights(words, a, counts));
  if (fitOn === undefined) return { vectors: table, weights };
  const texts = meanOf({ vectors: table, weights }, fitOn.map(encode));
  return { vectors: table, weights, component: firstComponent(texts) };
}

function wordList(value: unknown, name: string, operator: string): Iterable<string> {
  const isIterable = typeof value === 'object' && value !== null && Symbol.iterator in value;
  const list: unknown[] = isIterable ? [...(value as Iterable<unknown>)] : [];
  if (list.length > 0 && list.every((word) => typeof word === 'string')) return list as string[];
  throw invalidArgument('a list of words', `${name} of ${operator}`, value, operator);
}

function countsByWord(value: unknown, name: string, operator: string): ReadonlyMap<string, number> {
  const isMap = Object.prototype.toString.call(value) === '[object Map]';
  const counts = isMap ? [...(value as ReadonlyMap<unknown, unknown>)] : undefined;
  const fits = ([word, count]: [unknown, unknown]) =>
    typeof word === 'string' && typeof count === 'number' && count >= 0 && count < Infinity;
  if (counts?.every(fits) && counts.length > 0) return value as ReadonlyMap<string, number>;
  throw invalidArgument('a Map of counts by word', `${name} of ${operator}`, value, operator);
}

function textList(value: unknown, name: string, operator: string): readonly string[] {
  const texts: readonly string[] = Array.isArray(value) ? value : [];
  requireTexts(texts, name, operator);
  if (texts.length > 0) return texts;
  throw invalidArgument('an array of at least one text', `${name} of ${operator}`, value, operator);
}
