import { type OptionsOf, readOptions, withDefault } from '../../../check';
import { TorchError } from '../../../errors';
import type { LabeledText, TextPrediction, Vectorizer } from '../../../text';
import {
  labelNumbers,
  namesOf,
  readWrittenTexts,
  requireLabeledTexts,
  requireLabels,
} from '../../../text/datasets/labeled-text';
import { lengthBatches } from '../../../text/length-batches';
import { vectorizerOf } from '../../../text/vectorizer';
import { type Tensor, torch } from '../../../torch';
import { ridgeScores } from '../../heads/ridge-problem';
import { requireTwoLabels } from '../example-regression';
import { type FittedTransfer, fitTransfer, type NumberedFeatures } from './fit-transfer';

const OPERATOR = 'TransferClassifier';

const OPTIONS = {
  /** Texts of another domain or language with the same labels; there may be many. Default: none. */
  source: withDefault<readonly LabeledText[]>(labeledTexts, []),
};

export type TransferOptions = OptionsOf<typeof OPTIONS>;

/**
 * Classifies texts of a domain or language for which there are few examples, or none, with the help of many texts
 * of another. Leave-one-out predictions of the few examples decide how much the others count (`targetShare`), so
 * that a source that does not help is not believed. It holds tensors until `dispose`, or the end of a `using` block;
 * the vectorizer stays the caller's.
 *
 *     using classifier = new TransferClassifier(new HashedVectorizer(), examples, { source: english });
 *     const [{ label, probability }] = classifier.predict(['makanannya enak sekali']);
 *
 * Any vectorizer serves: a frozen encoder, words and characters (`HashedVectorizer`), or both
 * (`joinedVectorizer`). Work grows with the cube of the smaller of D and the number of texts.
 */
export class TransferClassifier {
  /** The labels, in the order of their first example and then of the source. */
  readonly labels: readonly string[];
  /** How much the examples count against the source: from 0, if there are none, to 1, where they decide alone. */
  readonly targetShare: number;
  readonly #vectorizer: Vectorizer<Tensor>;
  readonly #fitted: FittedTransfer;

  /**
   * @throws ArgumentTypeError if examples or source are not texts with labels, or `vectorizer` is no vectorizer;
   *   ArgumentRangeError for empty ones, labels that are one up to case, and fewer than two labels
   */
  constructor(
    vectorizer: Vectorizer<Tensor>,
    examples: readonly LabeledText[],
    options: TransferOptions = {},
  ) {
    vectorizerOf(vectorizer, 'vectorizer', OPERATOR);
    const { source } = readOptions(OPTIONS, options, OPERATOR);
    const names = namesOf([]);
    requireLabeledTexts(examples, 'examples', OPERATOR, names);
    requireLabels(source, 'source', OPERATOR, names);
    const all = [...examples, ...source];
    requireTwoLabels(all, 'labels', OPERATOR);
    this.labels = [...new Set(all.map(({ label }) => label))];
    this.#vectorizer = vectorizer;
    this.#fitted = torch.scope(() =>
      fitTransfer(this.#features(examples), this.#features(source), this.labels.length),
    );
    this.targetShare = this.#fitted.share;
  }

  #features(rows: readonly LabeledText[]): NumberedFeatures {
    return {
      x: this.#vectorizer.vectorize(rows.map(({ text }) => text)),
      y: labelNumbers(rows, this.labels),
    };
  }

  /**
   * The prediction for each text, in order. Texts are read in batches.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for what is not texts with something in them; TorchError
   *   `ERR_TORCH_DISPOSED` after `dispose`, `ERR_TORCH_RUNTIME` if the vectorizer's features are not finite
   */
  predict(texts: readonly string[]): TextPrediction[] {
    const read = readWrittenTexts(texts, 'texts', `${OPERATOR}.predict`);
    const { weights, sharpness } = this.#fitted;
    const predictions: TextPrediction[] = [];
    for (const batch of lengthBatches(this.#vectorizer.lengths(read))) {
      const rows = torch.scope(() => {
        const x = this.#vectorizer.vectorize(batch.map((i) => read[i] ?? ''));
        const scores = ridgeScores(weights, x).to('float64');
        return scores.mul(sharpness).softmax(1).tolist() as number[][];
      });
      for (const [row, i] of batch.entries()) predictions[i] = this.#prediction(rows[row] ?? []);
    }
    return predictions;
  }

  #prediction(row: readonly number[]): TextPrediction {
    const probability = row.reduce((most, value) => Math.max(most, value), 0);
    const label = this.labels[row.indexOf(probability)];
    if (label === undefined) {
      const message = `Expected finite features from the vectorizer but received probabilities ${row.join(', ')}`;
      throw new TorchError('ERR_TORCH_RUNTIME', message);
    }
    const probabilities = Object.fromEntries(this.labels.map((own, i) => [own, row[i] ?? 0]));
    return { label, probability, probabilities };
  }

  /** Frees what was learned. */
  dispose(): void {
    this.#fitted.weights.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function labeledTexts(value: unknown, name: string, operator: string): readonly LabeledText[] {
  const rows = value as readonly LabeledText[];
  requireLabeledTexts(rows, name, operator);
  return rows;
}
