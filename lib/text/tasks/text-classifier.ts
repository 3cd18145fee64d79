import { invalidArgument, outOfRange } from '../../errors';
import type { Learner } from '../../meta';
import { disposeTree, type Tree, torch } from '../../torch';
import type { LabeledText } from '../datasets/dataset';
import type { TokenBatch, Vectorizer } from '../vectorizer';

/** A meta-trained learner, its parameters, and how texts become tensors for it. */
export type TextModel<P extends Tree, A> = {
  learner: Learner<P, A, TokenBatch>;
  params: P;
  vectorizer: Vectorizer;
};

/** What a text is, and how sure the classifier is of it. */
export type TextPrediction = {
  /** The likeliest label. */
  label: string;
  /** Its probability, from 0 to 1. */
  probability: number;
  /** The probability of every label. */
  probabilities: Readonly<Record<string, number>>;
};

/**
 * A classifier for new labels, adapted from a handful of examples. It holds tensors until `dispose`.
 *
 *     const classifier = new TextClassifier(model, [{ text: 'heavy rain', label: 'weather' }, …]);
 *     const [{ label, probability }] = classifier.predict(['a cold wind']);
 */
export class TextClassifier<P extends Tree, A> {
  /** The labels, in the order of their first example. */
  readonly labels: readonly string[];
  readonly #model: TextModel<P, A>;
  readonly #adapted: A;

  /** @throws ArgumentTypeError or ArgumentRangeError unless there are examples of two labels */
  constructor(model: TextModel<P, A>, examples: readonly LabeledText[]) {
    for (const [i, { text, label }] of examples.entries()) {
      if (typeof text !== 'string') throw invalidArgument('a string', `examples[${i}].text`, text);
      if (typeof label !== 'string') {
        throw invalidArgument('a string', `examples[${i}].label`, label);
      }
    }
    this.#model = model;
    this.labels = [...new Set(examples.map(({ label }) => label))];
    if (this.labels.length < 2) {
      throw outOfRange('at least two labels', 'examples', this.labels.length, 'TextClassifier');
    }
    const { learner, params, vectorizer } = model;
    this.#adapted = torch.scope(() => {
      const inputs = vectorizer.vectorizeTasks([examples.map(({ text }) => text)]);
      const labels = examples.map(({ label }) => this.labels.indexOf(label));
      const support = { inputs, labels: torch.tensor([labels], { dtype: 'int64' }) };
      return learner.adapt(params, support, this.labels.length);
    });
  }

  /** What each text is. */
  predict(texts: readonly string[]): TextPrediction[] {
    if (texts.length === 0) return [];
    const rows = torch.scope(() => {
      const { learner, vectorizer } = this.#model;
      const logits = learner.predict(this.#adapted, vectorizer.vectorizeTasks([texts]));
      return logits.squeeze(0).softmax(-1).to('float64').tolist() as number[][];
    });
    return rows.map((row) => this.#prediction(row));
  }

  #prediction(row: readonly number[]): TextPrediction {
    const best = row.indexOf(Math.max(...row));
    return {
      label: this.labels[best] ?? '',
      probability: row[best] ?? Number.NaN,
      probabilities: Object.fromEntries(this.labels.map((label, i) => [label, row[i] ?? 0])),
    };
  }

  /** Frees what adaptation made; the model's own parameters stay. */
  dispose(): void {
    disposeTree(this.#adapted, this.#model.params);
  }
}
