import { abortSignal, type OptionsOf, optional, readOptions } from '../../../check';
import { requireEncoder } from '../../../text/encoders/require-encoder';
import type { SentenceEncoder } from '../../../text/encoders/sentence-encoder';
import {
  type EntityPair,
  entityPairsOf,
  type RelationExample,
  relationExamplesOf,
} from '../../../text/tasks/relations';
import { ExampleRegression, type NearestPrediction, requireTwoLabels } from '../example-regression';
import { pairFeatures } from './pair-features';

const OPTIONS = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};

export type RelationOptions = OptionsOf<typeof OPTIONS>;

/** The relation of the head to the tail, and the example that is most like the sentence. */
export type RelationPrediction = NearestPrediction<RelationExample>;

/**
 * Says how two entities of a sentence are related, from a handful of examples of each relation. It holds tensors until
 * `dispose`, or the end of a `using` block; the encoder must not be disposed of before.
 *
 *     using classifier = await RelationClassifier.fit(encoder, text.loadRelations());
 *     const [{ label }] = await classifier.predict([
 *       text.markedPair('[Anna](head) is a pilot with [Condor](tail)'),
 *     ]);
 *
 * A sentence is the vector of what is said of the two, their names left out, and those of the head and of the tail;
 * logistic regression tells the relations apart.
 */
export class RelationClassifier {
  readonly #encoder: SentenceEncoder;
  readonly #examples: ExampleRegression<RelationExample>;

  private constructor(encoder: SentenceEncoder, examples: ExampleRegression<RelationExample>) {
    this.#encoder = encoder;
    this.#examples = examples;
  }

  /** The relations, in the order of their first example. */
  get labels(): readonly string[] {
    return this.#examples.labels;
  }

  /**
   * @throws ArgumentTypeError or ArgumentRangeError for what is no sentence with two entities and a label, for fewer
   *   than two relations, and for an encoder without vectors of tokens; the signal's reason once it is aborted
   */
  static async fit(
    encoder: SentenceEncoder,
    examples: readonly RelationExample[],
    options: RelationOptions = {},
  ): Promise<RelationClassifier> {
    const operator = 'RelationClassifier.fit';
    requireEncoder(encoder, operator);
    const read = relationExamplesOf(examples, 'examples', operator);
    const { signal } = readOptions(OPTIONS, options, operator);
    requireTwoLabels(read, 'relations', operator);
    const x = await pairFeatures(encoder, read, signal);
    return new RelationClassifier(encoder, new ExampleRegression(read, { x, compared: x }));
  }

  /**
   * The prediction for each sentence, in order.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for what is no sentence with two entities; TorchError
   *   `ERR_TORCH_DISPOSED` after `dispose`; the signal's reason once it is aborted
   */
  async predict(
    sentences: readonly EntityPair[],
    options: RelationOptions = {},
  ): Promise<RelationPrediction[]> {
    const operator = 'RelationClassifier.predict';
    const read = entityPairsOf(sentences, 'sentences', operator);
    const { signal } = readOptions(OPTIONS, options, operator);
    if (read.length === 0) return [];
    using x = await pairFeatures(this.#encoder, read, signal);
    return this.#examples.predict({ x, compared: x });
  }

  /** Frees what was learned; the encoder stays. */
  dispose(): void {
    this.#examples.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
