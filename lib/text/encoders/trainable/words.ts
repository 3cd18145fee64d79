import type { Json } from '../../../check';
import {
  anything,
  flag,
  type OptionsOf,
  oneOf,
  optional,
  positiveInteger,
  type ReadOptions,
  readData,
  required,
  strictObject,
  string,
  withDefault,
} from '../../../check';
import { outOfRange } from '../../../errors';
import { type EmbeddingParams, embedding, type Layer } from '../../../nn';
import { type Tensor, torch } from '../../../torch';
import { CHINESE } from '../../tokenizers/han-words';
import { WordTokenizer } from '../../tokenizers/word-tokenizer';
import { Vocabulary } from '../../vocabulary';
import { VocabularyVectorizer } from '../../vocabulary-vectorizer';
import { readVectorTable, type VectorTable } from '../word-vectors/vector-table';

/** Stands for a word that a model has to guess. */
export const MASK_TOKEN = '<mask>';

/** How texts become words, and these vectors: the options of encoders of words. */
export const WORDS = {
  /** D: the size of a word's vector. Default: that of `vectors`, or 128. */
  dimensions: optional(positiveInteger),
  /** A file of word vectors to start from: GloVe's, word2vec's as text, or fastText's. Default: none. */
  vectors: optional(string),
  /** Take so many words of that file at most, the first ones. Default: 50,000. */
  mostVectors: withDefault(positiveInteger, 50_000),
  /** Words of the texts that come fewer times, and that the file lacks, are unknown. Default: 1. */
  minCount: withDefault(positiveInteger, 1),
  /** Words of a text beyond so many are left out. Default: 64. */
  maxLength: withDefault(positiveInteger, 64),
  /** The language of the texts, which decides where words end. Default: `en`. */
  locale: withDefault(string, 'en'),
  /** Lower-case texts. Default: true. */
  lowerCase: withDefault(flag, true),
  /** Bring texts to Unicode's form NFKC. Default: true. */
  normalize: withDefault(flag, true),
  /** Treat typographic apostrophes, quotation marks and hyphens as plain ones. Default: true. */
  foldVariants: withDefault(flag, true),
  /** Keep punctuation as words too. Default: false. */
  keepPunctuation: withDefault(flag, false),
  /** How Chinese becomes words: `words`, `bigrams` or `jieba`; see `WordTokenizer`. Default: `words`. */
  chinese: withDefault(oneOf(...CHINESE), 'words'),
};

export type WordOptions = ReadOptions<typeof WORDS>;
export type WordOptionsGiven = OptionsOf<typeof WORDS>;

/** The words that an encoder knows, and how texts become their numbers. */
export type Words = {
  readonly vocabulary: Vocabulary;
  readonly vectorizer: VocabularyVectorizer;
  /** D */
  readonly dimensions: number;
  /** Where the words of a file start; undefined without one. */
  readonly start: WordStart | undefined;
};

/** Rows of a table that starts from a file; the others are as spread as the file's. */
type WordStart = {
  /** `[V, D]`, 0 where the file has no vector. */
  readonly rows: Tensor;
  /** `[V, 1]`: 1 where the file has none. */
  readonly missing: Tensor;
  /** The standard deviation of the file's numbers. */
  readonly scale: number;
};

const DIMENSIONS = 128;

/** The spread of vectors that are uniform in ±0.25, as those of Kim 2014 that no file gives. */
export const UNIFORM_SCALE = 0.25 / Math.sqrt(3);

/**
 * The words of the texts, and those of the file that vectors start from: a word of a class that comes later
 * is then not unknown.
 *
 * @throws TorchError `ERR_TORCH_FILE` for a file that cannot be read; ArgumentRangeError if its vectors are of
 *   another size than `dimensions`
 */
export async function buildWords(
  options: WordOptions,
  texts: readonly string[],
  operator: string,
): Promise<Words> {
  const { minCount, vectors, mostVectors } = options;
  const tokenizer = tokenizerOf(options);
  const lists = texts.map((text) => tokenizer.tokenize(text));
  if (vectors === undefined) {
    const vocabulary = Vocabulary.build(lists, { minCount, specials: [MASK_TOKEN] });
    return wordsOf(options, vocabulary, options.dimensions ?? DIMENSIONS);
  }
  const table = await readVectorTable(vectors, { most: mostVectors });
  const { dimensions = table.dimensions } = options;
  if (dimensions !== table.dimensions) {
    const expected = `${table.dimensions}, the size of the vectors in ${vectors},`;
    throw outOfRange(expected, `dimensions of ${operator}`, dimensions, operator);
  }
  const counted = lists.concat(new Array<string[]>(minCount).fill([...table.words]));
  const vocabulary = Vocabulary.build(counted, { minCount, specials: [MASK_TOKEN] });
  return wordsOf(options, vocabulary, dimensions, startOf(vocabulary, table));
}

const stateCheck = strictObject({
  vocabulary: required(anything),
  dimensions: required(positiveInteger),
});

/** What is kept of words beside the options. */
export function wordState({ vocabulary, dimensions }: Words): { readonly [key: string]: Json } {
  return { vocabulary: vocabulary.toJSON(), dimensions };
}

/** The words of a saved state. Where training started is not kept: it goes on from saved parameters. */
export function restoreWords(options: WordOptions, state: Json, operator: string): Words {
  const expected = 'the state of an encoder of words';
  const read = readData(stateCheck, state, expected, 'state', operator);
  return wordsOf(options, Vocabulary.fromJSON(read.vocabulary), read.dimensions);
}

function tokenizerOf(options: WordOptions): WordTokenizer {
  const { locale, lowerCase, normalize, foldVariants, keepPunctuation, chinese } = options;
  const flags = { lowerCase, normalize, foldVariants, keepPunctuation };
  return new WordTokenizer({ locale, chinese, ...flags });
}

function wordsOf(
  options: WordOptions,
  vocabulary: Vocabulary,
  dimensions: number,
  start?: WordStart,
): Words {
  const { maxLength } = options;
  const tokenizer = tokenizerOf(options);
  const vectorizer = new VocabularyVectorizer({ tokenizer, vocabulary, maxLength });
  return { vocabulary, vectorizer, dimensions, start };
}

function startOf(vocabulary: Vocabulary, { words, vectors, dimensions }: VectorTable): WordStart {
  const rows = new Float32Array(vocabulary.size * dimensions);
  const missing = new Float32Array(vocabulary.size).fill(1);
  for (const [i, word] of words.entries()) {
    const id = vocabulary.id(word);
    rows.set(vectors.subarray(i * dimensions, (i + 1) * dimensions), id * dimensions);
    missing[id] = 0;
  }
  // Padding stays 0.
  missing[vocabulary.padId] = 0;
  const squares = vectors.reduce((sum, value) => sum + value * value, 0);
  return {
    rows: torch.tensor(rows, { shape: [vocabulary.size, dimensions] }),
    missing: torch.tensor(missing, { shape: [vocabulary.size, 1] }),
    scale: Math.sqrt(squares / vectors.length),
  };
}

/**
 * The table of the words' vectors, `[V, D]`.
 *
 * @param scale standard deviation of vectors that no file gives
 */
export function wordTable(
  { vocabulary, dimensions, start }: Words,
  scale: number,
): Layer<EmbeddingParams> {
  const table = embedding({
    numEmbeddings: vocabulary.size,
    embeddingDim: dimensions,
    paddingIndex: vocabulary.padId,
    scale: start?.scale ?? scale,
  });
  if (start === undefined) return table;
  return {
    ...table,
    init: (generator) =>
      torch.scope(() => {
        const { weight } = table.init(generator);
        return { weight: weight.mul(start.missing).add(start.rows) };
      }),
  };
}

/** Frees where vectors start. */
export function disposeWords({ start }: Words): void {
  start?.rows.dispose();
  start?.missing.dispose();
}
