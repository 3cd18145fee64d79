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
import { greatest } from '../../../extremes';
import { Bm25, type Dialogue, type SentenceEncoder, WordTokenizer } from '../../../text';
import { readWrittenTexts, writtenText } from '../../../text/datasets/labeled-text';
import { requireEncoder } from '../../../text/encoders/require-encoder';
import { disposeTree, torch } from '../../../torch';
import { bestPlaces, fitRanking, type RankedList, type Ranking, scoresOf } from './listwise';
import { TextReader, type TextVectors } from './text-vectors';

const FIT = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};
const REQUEST = {
  ...FIT,
  /** How many responses, at most. Default: 5. */
  count: withDefault(positiveInteger, 5),
};

export type ResponseOptions = OptionsOf<typeof FIT>;
export type SelectOptions = OptionsOf<typeof REQUEST>;

/** A response that may be the right one. */
export type SelectedResponse = {
  readonly response: string;
  /** Its place among the candidates. */
  readonly index: number;
  /** How probable it is that it is the right one, if one of the candidates is. */
  readonly probability: number;
};

const dialogueList = listOf(
  strictObject({ context: required(writtenText), response: required(writtenText) }),
  2,
);

/** Cosine, cosine in the meta-trained space, words in common, length. */
const SHARES = [1, 1, 1, 1];

/**
 * Finds the response to what somebody says among candidates. How much likeness of meaning, words in common and length
 * say is learned from dialogues, which may be of other domains. It holds tensors until `dispose`, or the end of a
 * `using` block; the encoder must not be disposed of before.
 *
 *     using selector = await ResponseSelector.fit(encoder, [
 *       { context: 'are you open on Sundays?', response: 'only from noon to six' }, …
 *     ]);
 *     const [first] = await selector.select('when do you close?', answers);
 */
export class ResponseSelector {
  readonly #reader: TextReader;
  readonly #ranking: Ranking;

  private constructor(reader: TextReader, ranking: Ranking) {
    this.#reader = reader;
    this.#ranking = ranking;
  }

  /**
   * @param dialogues at least two; each learns to find its response among those of all
   * @throws ArgumentTypeError or ArgumentRangeError for what is not dialogues with two different responses; the
   *   signal's reason once it is aborted
   */
  static async fit(
    encoder: SentenceEncoder,
    dialogues: readonly Dialogue[],
    options: ResponseOptions = {},
  ): Promise<ResponseSelector> {
    const operator = 'ResponseSelector.fit';
    requireEncoder(encoder, operator);
    const read = dialogueList(dialogues, 'dialogues', operator);
    const { signal } = readOptions(FIT, options, operator);
    const responses = [...new Set(read.map(({ response }) => response))];
    if (responses.length < 2) {
      throw outOfRange(
        'at least 2 different responses',
        `dialogues of ${operator}`,
        responses.length,
        operator,
      );
    }
    const reader = new TextReader(encoder);
    try {
      const contexts = read.map(({ context }) => context);
      const lists = await featuresOf(reader, contexts, responses, signal);
      const ranked: RankedList[] = lists.map((rows, i) => ({
        rows,
        target: responses.map((own) => (own === read[i]?.response ? 1 : 0)),
      }));
      return new ResponseSelector(reader, fitRanking(ranked, SHARES));
    } catch (error) {
      reader.dispose();
      throw error;
    }
  }

  /**
   * The candidates that fit best, the best first.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for what is not a text and at least one candidate; TorchError
   *   `ERR_TORCH_DISPOSED` after `dispose`; the signal's reason once it is aborted
   */
  async select(
    context: string,
    candidates: readonly string[],
    options: SelectOptions = {},
  ): Promise<SelectedResponse[]> {
    const operator = 'ResponseSelector.select';
    writtenText(context, 'context', operator);
    const read = readWrittenTexts(candidates, 'candidates', operator);
    if (read.length === 0) {
      throw outOfRange('at least one text', `candidates of ${operator}`, read, operator);
    }
    const { count, signal } = readOptions(REQUEST, options, operator);
    const [rows = []] = await featuresOf(this.#reader, [context], read, signal);
    const scores = scoresOf(this.#ranking, rows);
    const most = greatest(scores);
    const weights = scores.map((score) => Math.exp(score - most));
    const sum = weights.reduce((a, b) => a + b, 0);
    return bestPlaces(scores, count).map((index) => ({
      response: read[index] ?? '',
      index,
      probability: (weights[index] ?? 0) / sum,
    }));
  }

  /** Frees what it holds; the encoder stays. */
  dispose(): void {
    this.#reader.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** For each context a row of features for each candidate. */
async function featuresOf(
  reader: TextReader,
  contexts: readonly string[],
  candidates: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number[][][]> {
  // One call, so that a text that is there twice is read once.
  const vectors = await reader.read([...contexts, ...candidates], signal);
  try {
    const cosines = cosinesOf(vectors, contexts.length);
    const index = new Bm25(candidates);
    const lengths = candidates.map((own) => Math.log1p(tokenizer.tokenize(own).length));
    return contexts.map((context, i) => {
      const words = new Array<number>(candidates.length).fill(0);
      for (const { index: place, score } of index.search(context, candidates.length)) {
        words[place] = Math.log1p(score);
      }
      return candidates.map((_, j) => [
        cosines.own[i]?.[j] ?? 0,
        cosines.mapped[i]?.[j] ?? 0,
        words[j] ?? 0,
        lengths[j] ?? 0,
      ]);
    });
  } finally {
    disposeTree(vectors);
  }
}

const tokenizer = new WordTokenizer();

function cosinesOf(
  { own, mapped }: TextVectors,
  contexts: number,
): { own: number[][]; mapped: number[][] } {
  return torch.scope(() => {
    const [first, second] = [own, mapped].map((x) => {
      const others = x.narrow(0, contexts, x.size(0) - contexts);
      return x.narrow(0, 0, contexts).matmul(others.mT).tolist() as number[][];
    });
    return { own: first ?? [], mapped: second ?? [] };
  });
}
