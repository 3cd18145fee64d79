import {
  abortSignal,
  listOf,
  type OptionsOf,
  optional,
  positiveInteger,
  readOptions,
  required,
  strictObject,
  withDefault,
} from '../../../check';
import { outOfRange } from '../../../errors';
import { type Article, type SentenceEncoder, WordTokenizer } from '../../../text';
import { writtenText } from '../../../text/datasets/labeled-text';
import { requireEncoder } from '../../../text/encoders/require-encoder';
import { disposeTree, torch } from '../../../torch';
import { rouge } from '../../../train/metrics/generation/rouge';
import { bestPlaces, fitRanking, type Ranking, scoresOf } from './listwise';
import { TextReader, type TextVectors } from './text-vectors';

const FIT = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};
const REQUEST = {
  ...FIT,
  /** How many sentences, at most. Default: 1. */
  count: withDefault(positiveInteger, 1),
};

export type SummarizerOptions = OptionsOf<typeof FIT>;
export type SummarizeOptions = OptionsOf<typeof REQUEST>;

/** A sentence of a summary. */
export type ExtractedSentence = {
  readonly sentence: string;
  /** Its place in the text. */
  readonly index: number;
  /** The greater, the more it says; scores of different texts do not compare. */
  readonly score: number;
};

const sentenceList = listOf(writtenText, 1);
const articleList = listOf(
  strictObject({ sentences: required(sentenceList), summary: required(writtenText) }),
  1,
);

/** How much better a sentence has to be by ROUGE to be asked for e times as much. */
const SOFTNESS = 0.1;
/** Position, its reciprocal, length, likeness to the other sentences by meaning and by words. */
const FEATURES = 5;

/**
 * Summarises a text by its own sentences. Which of them say most is learned from texts with summaries, which may be of
 * other domains: by position, length, likeness to the rest of the text, and meaning. It holds tensors until `dispose`,
 * or the end of a `using` block; the encoder must not be disposed of before.
 *
 *     using summarizer = await Summarizer.fit(encoder, [{ sentences: ['…', '…'], summary: '…' }, …]);
 *     const [{ sentence }] = await summarizer.summarize(['Dear all,', 'the office moves in May.']);
 */
export class Summarizer {
  readonly #reader: TextReader;
  readonly #ranking: Ranking;

  private constructor(reader: TextReader, ranking: Ranking) {
    this.#reader = reader;
    this.#ranking = ranking;
  }

  /**
   * @param articles texts with summaries: sentences are asked for the more, the more they have in common with them
   *   (ROUGE-1 and ROUGE-2). Words are those that `WordTokenizer` finds
   * @throws ArgumentTypeError or ArgumentRangeError for what is not texts of sentences with summaries, or where no text
   *   has two sentences; the signal's reason once it is aborted
   */
  static async fit(
    encoder: SentenceEncoder,
    articles: readonly Article[],
    options: SummarizerOptions = {},
  ): Promise<Summarizer> {
    const operator = 'Summarizer.fit';
    requireEncoder(encoder, operator);
    const read = articleList(articles, 'articles', operator);
    const { signal } = readOptions(FIT, options, operator);
    for (const [i, { summary }] of read.entries()) {
      if (tokenizer.tokenize(summary).length > 0) continue;
      throw outOfRange(
        'a text with words',
        `articles[${i}].summary of ${operator}`,
        summary,
        operator,
      );
    }
    if (read.every(({ sentences }) => sentences.length < 2)) {
      const expected = 'a text of at least 2 sentences';
      throw outOfRange(expected, `articles of ${operator}`, 1, operator);
    }
    const reader = new TextReader(encoder);
    try {
      const lists = await featuresOf(
        reader,
        read.map(({ sentences }) => sentences),
        signal,
      );
      const ranked = read.map((article, i) => ({
        rows: lists[i] ?? [],
        target: targetOf(article),
      }));
      const size = encoder.dimensions;
      const ofVector = new Array<number>(size).fill(1 / Math.sqrt(size));
      const shares = [...new Array<number>(FEATURES).fill(1), ...ofVector];
      return new Summarizer(reader, fitRanking(ranked, shares));
    } catch (error) {
      reader.dispose();
      throw error;
    }
  }

  /**
   * The sentences that say most, in the order of the text.
   *
   * @param sentences the text by sentences
   * @throws ArgumentTypeError or ArgumentRangeError for what is not at least one sentence; TorchError
   *   `ERR_TORCH_DISPOSED` after `dispose`; the signal's reason once it is aborted
   */
  async summarize(
    sentences: readonly string[],
    options: SummarizeOptions = {},
  ): Promise<ExtractedSentence[]> {
    const operator = 'Summarizer.summarize';
    const read = sentenceList(sentences, 'sentences', operator);
    const { count, signal } = readOptions(REQUEST, options, operator);
    const [rows = []] = await featuresOf(this.#reader, [read], signal);
    const scores = scoresOf(this.#ranking, rows);
    return bestPlaces(scores, count)
      .sort((a, b) => a - b)
      .map((index) => ({ sentence: read[index] ?? '', index, score: scores[index] ?? 0 }));
  }

  /** Frees what it holds; the encoder stays. */
  dispose(): void {
    this.#reader.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

const tokenizer = new WordTokenizer();

/** How much each sentence should be chosen. */
function targetOf({ sentences, summary }: Article): number[] {
  const weights = sentences.map((sentence) => {
    const { rouge1, rouge2 } = rouge(sentence, summary, { tokenizer });
    return Math.exp((rouge1.f1 + rouge2.f1) / 2 / SOFTNESS);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** For each text a row of features for each sentence. */
async function featuresOf(
  reader: TextReader,
  texts: readonly (readonly string[])[],
  signal: AbortSignal | undefined,
): Promise<number[][][]> {
  const vectors = await reader.read(texts.flat(), signal);
  try {
    let at = 0;
    return texts.map((sentences) => {
      const from = at;
      at += sentences.length;
      return rowsOf(sentences, vectors, from);
    });
  } finally {
    disposeTree(vectors);
  }
}

function rowsOf(sentences: readonly string[], vectors: TextVectors, from: number): number[][] {
  const { own, alike } = torch.scope(() => {
    const x = vectors.own.narrow(0, from, sentences.length);
    const others = Math.max(sentences.length - 1, 1);
    const likeness = x.matmul(x.mT).sum([1]).sub(1).div(others);
    return { own: x.tolist() as number[][], alike: likeness.tolist() as number[] };
  });
  const words = sentences.map((sentence) => tokenizer.tokenize(sentence));
  return sentences.map((_, i) => {
    const others = new Set(words.filter((_, j) => j !== i).flat());
    const mine = words[i] ?? [];
    const shared = mine.filter((word) => others.has(word)).length / Math.max(mine.length, 1);
    const position = i / Math.max(sentences.length - 1, 1);
    const length = Math.log1p(mine.length);
    return [position, 1 / (i + 1), length, alike[i] ?? 0, shared, ...(own[i] ?? [])];
  });
}
