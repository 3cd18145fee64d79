import { abortSignal, type OptionsOf, optional, readOptions } from '../../../check';
import { invalidArgument, outOfRange } from '../../../errors';
import type { TextPrediction } from '../../../text';
import { SentenceEncoder } from '../../../text/encoders/sentence-encoder';
import {
  type EntityPair,
  entityPairsOf,
  type RelationExample,
  relationExamplesOf,
} from '../../../text/tasks/relations';
import { disposeTree, type Tensor, torch } from '../../../torch';
import { HEADS } from '../../heads';
import { indices } from '../../heads/features';
import { type LogisticState, logistic } from '../../heads/logistic';
import { pairFeatures } from './pair-features';

const OPTIONS = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};

export type RelationOptions = OptionsOf<typeof OPTIONS>;

/** The relation of the head to the tail, and the example that is most like the sentence. */
export type RelationPrediction = TextPrediction & {
  readonly nearest: RelationExample & { readonly similarity: number };
};

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
  /** The relations, in the order of their first example. */
  readonly labels: readonly string[];
  readonly #encoder: SentenceEncoder;
  readonly #examples: readonly RelationExample[];
  /** `[n, D + 2·H]`: the examples' vectors. */
  readonly #x: Tensor;
  readonly #state: LogisticState;

  private constructor(encoder: SentenceEncoder, examples: readonly RelationExample[], x: Tensor) {
    this.#encoder = encoder;
    this.#examples = examples;
    this.#x = x;
    this.labels = [...new Set(examples.map(({ label }) => label))];
    const y = examples.map(({ label }) => this.labels.indexOf(label));
    this.#state = torch.scope(() => logistic.fit({ x, y: indices(y), labels: this.labels.length }));
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
    if (!(encoder instanceof SentenceEncoder)) {
      throw invalidArgument('a SentenceEncoder', `encoder of ${operator}`, encoder, operator);
    }
    const read = relationExamplesOf(examples, 'examples', operator);
    const { signal } = readOptions(OPTIONS, options, operator);
    const labels = new Set(read.map(({ label }) => label)).size;
    if (labels < 2) {
      throw outOfRange('at least 2 relations', `examples of ${operator}`, labels, operator);
    }
    return new RelationClassifier(encoder, read, await pairFeatures(encoder, read, signal));
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
    return torch.scope(() => {
      const scores = logistic.scores(this.#state, x).to('float64').mul(HEADS.logistic.sharpness);
      const rows = scores.softmax(1).tolist() as number[][];
      const similarities = x.matmul(this.#x.mT).tolist() as number[][];
      return rows.map((row, i) => this.#prediction(row, similarities[i] ?? []));
    });
  }

  #prediction(row: readonly number[], similarities: readonly number[]): RelationPrediction {
    const first = (values: readonly number[]): number =>
      values.reduce((best, value, i) => (value > (values[best] ?? 0) ? i : best), 0);
    const [best, near] = [first(row), first(similarities)];
    const [label, example] = [this.labels[best], this.#examples[near]];
    if (label === undefined || example === undefined) throw new RangeError('no examples');
    return {
      label,
      probability: row[best] ?? 0,
      probabilities: Object.fromEntries(this.labels.map((own, i) => [own, row[i] ?? 0])),
      nearest: { ...example, similarity: similarities[near] ?? 0 },
    };
  }

  /** Frees what was learned; the encoder stays. */
  dispose(): void {
    disposeTree([this.#x, this.#state.weights]);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
