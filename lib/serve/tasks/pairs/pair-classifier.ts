import {
  abortSignal,
  flag,
  type OptionsOf,
  optional,
  readOptions,
  withDefault,
} from '../../../check';
import { normalize } from '../../../meta/metric/normalize';
import type { SentenceEncoder } from '../../../text';
import { requireEncoder } from '../../../text/encoders/require-encoder';
import { disposeTree, torch } from '../../../torch';
import { keyOf } from '../../calibration/sample';
import { headMapFile, readHeadMap } from '../../heads/head-map';
import { ExampleRegression, type NearestPrediction, requireTwoLabels } from '../example-regression';
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
export type PairPrediction = NearestPrediction<PairExample> & {
  /** The cosine of the two texts' vectors, from −1 to 1: how similar they are for the encoder alone. */
  readonly similarity: number;
  /** Whether the encoder knows a token of both texts. If not, the rest means nothing: such texts are all alike to it. */
  readonly known: boolean;
};

/** The sharpness of probabilities that is usual for what two texts have in common, beside 2.7 for single vectors. */
const SHARPNESS = 0.8;

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
  readonly #comparison: Comparison;
  readonly #examples: ExampleRegression<PairExample>;

  private constructor(comparison: Comparison, examples: ExampleRegression<PairExample>) {
    this.#comparison = comparison;
    this.#examples = examples;
  }

  /** The labels, in the order of their first example. */
  get labels(): readonly string[] {
    return this.#examples.labels;
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
    requireEncoder(encoder, operator);
    const read = pairExamples(examples, 'examples', operator);
    const { signal, ordered } = readOptions(FIT, options, operator);
    requireTwoLabels(read, 'labels', operator);
    const file = headMapFile(encoder);
    const map = file === undefined ? undefined : readHeadMap(file);
    try {
      const comparison = { encoder, map, ordered };
      const { x, cosines } = await comparedTexts(comparison, read, signal);
      using features = x;
      cosines.dispose();
      const compared = torch.scope(() => normalize(features));
      const keys = Uint32Array.from(read, ({ first, second }) =>
        keyOf([first, second].sort().join('\n')),
      );
      const calibrated = { usual: SHARPNESS, keys };
      const regression = new ExampleRegression(read, { x: features, compared }, calibrated);
      return new PairClassifier(comparison, regression);
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
    using compared = torch.scope(() => normalize(features));
    const similarities = own.tolist() as [number][];
    const { encoder } = this.#comparison;
    const firsts = encoder.knows(read.map(({ first }) => first));
    const seconds = encoder.knows(read.map(({ second }) => second));
    return this.#examples.predict({ x: features, compared }).map((found, i) => ({
      ...found,
      similarity: similarities[i]?.[0] ?? 0,
      known: firsts[i] === true && seconds[i] === true,
    }));
  }

  /** Frees what was learned; the encoder stays. */
  dispose(): void {
    this.#examples.dispose();
    disposeTree({ ...this.#comparison.map });
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
