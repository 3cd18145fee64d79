import { positiveInteger, requireTexts } from '../../check';
import { outOfRange, TorchError } from '../../errors';
import type { Learner } from '../../meta';
import { learnerOf } from '../../meta/learner';
import { disposeTree, type Tree, torch } from '../../torch';
import type { LabeledText } from '../datasets/dataset';
import { labelNumbers, requireLabeledTexts } from '../datasets/labeled-text';
import { lengthBatches } from '../length-batches';
import { type Vectorizer, vectorizerOf, vectorizeTasks } from '../vectorizer';

/** A meta-trained learner, its parameters, and how texts become tensors for it. */
export type TextModel<P extends Tree, A, B extends Tree = Tree> = {
  learner: Learner<P, A, B>;
  params: P;
  vectorizer: Vectorizer<B>;
  /** The most labels it can distinguish, where the learner has a fixed number of outputs. */
  ways?: number | undefined;
};

/** The predicted label of a text, and how probable it is. */
export type TextPrediction = {
  /** The most probable label. */
  label: string;
  /** Its probability, from 0 to 1. */
  probability: number;
  /** The probability of every label. */
  probabilities: Readonly<Record<string, number>>;
};

/**
 * A classifier for new labels, adapted from a handful of examples. It holds tensors until `dispose`,
 * or the end of a `using` block. The model must not be disposed of before.
 *
 *     using classifier = new TextClassifier(model, [{ text: 'heavy rain', label: 'weather' }, …]);
 *     const [{ label, probability }] = classifier.predict(['a cold wind']);
 */
export class TextClassifier<P extends Tree, A, B extends Tree = Tree> {
  /** The labels, in the order of their first example. */
  readonly labels: readonly string[];
  readonly #model: TextModel<P, A, B>;
  readonly #adapted: A;

  /**
   * @throws ArgumentTypeError if an example is not a text and a label; ArgumentRangeError for an empty
   *   one, labels that are one up to case, fewer than two, and more than the model can distinguish
   */
  constructor(model: TextModel<P, A, B>, examples: readonly LabeledText[]) {
    requireModel(Object(model));
    requireLabeledTexts(examples, 'examples', 'TextClassifier');
    this.#model = model;
    this.labels = [...new Set(examples.map(({ label }) => label))];
    const { learner, params, vectorizer, ways = Number.POSITIVE_INFINITY } = model;
    if (this.labels.length < 2 || this.labels.length > ways) {
      const most = ways === 2 ? '2 labels' : `2 to ${ways} labels`;
      const expected = model.ways === undefined ? 'at least 2 labels' : most;
      throw outOfRange(expected, 'examples', this.labels.length, 'TextClassifier');
    }
    this.#adapted = torch.scope(() => {
      const inputs = vectorizeTasks(vectorizer, [examples.map(({ text }) => text)]);
      const labels = torch.tensor([labelNumbers(examples, this.labels)], { dtype: 'int64' });
      const support = { inputs, labels };
      return learner.adapt(params, support, this.labels.length);
    });
  }

  /**
   * The prediction for each text, in order. Texts are read in batches, so that memory does not
   * grow with their number.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings; TorchError `ERR_TORCH_DISPOSED`
   *   after `dispose`, `ERR_TORCH_RUNTIME` if the model's scores are not finite
   */
  predict(texts: readonly string[]): TextPrediction[] {
    requireTexts(texts, 'texts', 'TextClassifier.predict');
    const { vectorizer } = this.#model;
    const predictions: TextPrediction[] = [];
    // In the order of length, so that one long text does not make all others as long.
    for (const batch of lengthBatches(vectorizer.lengths(texts))) {
      const rows = this.#probabilities(batch.map((i) => texts[i] ?? ''));
      for (const [row, i] of batch.entries()) predictions[i] = this.#prediction(rows[row] ?? []);
    }
    return predictions;
  }

  #probabilities(texts: readonly string[]): number[][] {
    return torch.scope(() => {
      const { learner, vectorizer } = this.#model;
      const logits = learner.predict(this.#adapted, vectorizeTasks(vectorizer, [texts]));
      // A learner may have more outputs than there are labels; those are ignored.
      const used = logits.squeeze(0).narrow(-1, 0, this.labels.length);
      return used.to('float64').softmax(-1).tolist() as number[][];
    });
  }

  #prediction(row: readonly number[]): TextPrediction {
    const probability = row.reduce((most, value) => Math.max(most, value), 0);
    const label = this.labels[row.indexOf(probability)];
    if (label === undefined) {
      throw new TorchError(
        'ERR_TORCH_RUNTIME',
        `Expected probabilities from the model but received ${row.join(', ')}: its parameters, or those adapted to the examples, are not finite`,
      );
    }
    return {
      label,
      probability,
      probabilities: Object.fromEntries(this.labels.map((label, i) => [label, row[i] ?? 0])),
    };
  }

  /** Frees what adaptation made; the model's own parameters stay. */
  dispose(): void {
    disposeTree(this.#adapted, this.#model.params);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function requireModel({ learner, vectorizer, ways }: Partial<TextModel<Tree, unknown>> = {}): void {
  learnerOf(learner, 'model.learner', 'TextClassifier');
  vectorizerOf(vectorizer, 'model.vectorizer', 'TextClassifier');
  if (ways !== undefined) positiveInteger(ways, 'model.ways', 'TextClassifier');
}
