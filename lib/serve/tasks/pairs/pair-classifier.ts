import {
  abortSignal,
  flag,
  type OptionsOf,
  optional,
  readOptions,
  withDefault,
} from '../../../check';
import { invalidArgument, outOfRange } from '../../../errors';
import { normalize } from '../../../meta/metric/normalize';
import { SentenceEncoder, type TextPrediction } from '../../../text';
import { disposeTree, type Tensor, torch } from '../../../torch';
import { HEADS } from '../../heads';
import { indices } from '../../heads/features';
import { headMapFile, readHeadMap } from '../../heads/head-map';
import { type LogisticState, logistic } from '../../heads/logistic';
import { type Comparison, comparedTexts } from './compared-texts';
import { type PairExample, pairExamples, type TextPair, textPairs } from './text-pairs';

const REQUEST = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};
const FIT = {
  ...REQUEST,
  /** Whether it matters which of the two texts is the first, as for a question and its answer. Default: false. */
  ordered: withDefault(flag, false),
};

export type PairRequestOptions = OptionsOf<typeof REQUEST>;
export type PairOptions = OptionsOf<typeof FIT>;

/** How two texts belong together. */
export type PairPrediction = TextPrediction & {
  /** The cosine of the two texts' vectors, from −1 to 1: how similar they are for the encoder alone. */
  readonly similarity: number;
  /** The example that the pair is most like. */
  readonly nearest: PairExample & { readonly similarity: number };
};

/**
 * Says how two texts belong together, from a handful of examples: whether they ask for the same, answer each other,
 * contradict. It holds tensors until `dispose`, or the end of a `using` block; the encoder must not be disposed of before.
 *
 *     using classifier = await PairClassifier.fit(encoder, [
 *       { first: 'I lost my card', second: 'my card is gone', label: 'same' },
 *       { first: 'I lost my card', second: 'how do I add money', label: 'different' },
 *     ]);
 *     const [{ label }] = await classifier.predict([{ first: 'a', second: 'b' }]);
 *
 * Both texts go through one encoder, and logistic regression decides on what they have in common: see `comparedTexts`.
 */
export class PairClassifier {
  /** The labels, in the order of their first example. */
  readonly labels: readonly string[];
  readonly #comparison: Comparison;
  readonly #examples: readonly PairExample[];
  /** `[n, F]`: the examples as features, of length 1. */
  readonly #x: Tensor;
  readonly #state: LogisticState;

  private constructor(comparison: Comparison, examples: readonly PairExample[], x: Tensor) {
    this.#comparison = comparison;
    this.#examples = examples;
    this.labels = [...new Set(examples.map(({ label }) => label))];
    const y = examples.map(({ label }) => this.labels.indexOf(label));
    this.#state = torch.scope(() => logistic.fit({ x, y: indices(y), labels: this.labels.length }));
    this.#x = torch.scope(() => normalize(x));
  }

  /**
   * @throws ArgumentTypeError or ArgumentRangeError for what is not two texts and a label, and for fewer than two labels;
   *   the signal's reason once it is aborted
   */
  static async fit(
    encoder: SentenceEncoder,
    examples: readonly PairExample[],
    options: PairOptions = {},
  ): Promise<PairClassifier> {
    const operator = 'PairClassifier.fit';
    if (!(encoder instanceof SentenceEncoder)) {
      throw invalidArgument('a SentenceEncoder', `encoder of ${operator}`, encoder, operator);
    }
    const read = pairExamples(examples, 'examples', operator);
    const { signal, ordered } = readOptions(FIT, options, operator);
    const labels = new Set(read.map(({ label }) => label)).size;
    if (labels < 2) {
      throw outOfRange('at least 2 labels', `examples of ${operator}`, labels, operator);
    }
    const file = headMapFile(encoder);
    const map = file === undefined ? undefined : readHeadMap(file);
    try {
      const comparison = { encoder, map, ordered };
      const { x, cosines } = await comparedTexts(comparison, read, signal);
      using features = x;
      cosines.dispose();
      return new PairClassifier(comparison, read, features);
    } catch (error) {
      disposeTree({ ...map });
      throw error;
    }
  }

  /**
   * The prediction for each pair, in order.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for what is not two texts; TorchError `ERR_TORCH_DISPOSED` after
   *   `dispose`; the signal's reason once it is aborted
   */
  async predict(
    pairs: readonly TextPair[],
    options: PairRequestOptions = {},
  ): Promise<PairPrediction[]> {
    const operator = 'PairClassifier.predict';
    const read = textPairs(pairs, 'pairs', operator);
    const { signal } = readOptions(REQUEST, options, operator);
    if (read.length === 0) return [];
    const { x, cosines } = await comparedTexts(this.#comparison, read, signal);
    using features = x;
    using own = cosines;
    return torch.scope(() => {
      const scores = logistic.scores(this.#state, features).to('float64');
      const rows = scores.mul(HEADS.logistic.sharpness).softmax(1).tolist() as number[][];
      const [similarities, nearest] = normalize(features).matmul(this.#x.mT).max(1);
      const near = similarities.tolist() as number[];
      const places = nearest.tolist() as bigint[];
      const alike = own.squeeze(1).tolist() as number[];
      return rows.map((row, i) => {
        const example = this.#examples[Number(places[i])];
        if (example === undefined) throw new RangeError('no examples');
        const found = { ...example, similarity: near[i] ?? 0 };
        return { ...this.#labeled(row), similarity: alike[i] ?? 0, nearest: found };
      });
    });
  }

  #labeled(row: readonly number[]): TextPrediction {
    const probability = Math.max(...row);
    const label = this.labels[row.indexOf(probability)];
    if (label === undefined) throw new RangeError('no labels');
    const entries = this.labels.map((own, i) => [own, row[i] ?? 0]);
    return { label, probability, probabilities: Object.fromEntries(entries) };
  }

  /** Frees what was learned; the encoder stays. */
  dispose(): void {
    disposeTree([this.#x, this.#state.weights, { ...this.#comparison.map }]);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
