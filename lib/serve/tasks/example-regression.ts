import { outOfRange } from '../../errors';
import type { TextPrediction } from '../../text';
import { disposeTree, type Tensor, torch } from '../../torch';
import { HEADS } from '../heads';
import { indices } from '../heads/features';
import { type LogisticState, logistic } from '../heads/logistic';

/** A label by logistic regression, and the example that is most like what was asked about. */
export type NearestPrediction<E> = TextPrediction & {
  readonly nearest: E & { readonly similarity: number };
};

/** Features of asked things `[q, F]`, and what is compared with the examples, `[q, D]`. */
export type Asked = { x: Tensor; compared: Tensor };

/** Examples as features: logistic regression tells their labels apart, and the nearest one explains. */
export class ExampleRegression<E extends { readonly label: string }> {
  /** In the order of their first example. */
  readonly labels: readonly string[];
  readonly #examples: readonly E[];
  /** `[n, D]` */
  readonly #compared: Tensor;
  readonly #state: LogisticState;

  /** @param compared the examples as they are compared; it becomes this object's to dispose of */
  constructor(examples: readonly E[], { x, compared }: Asked) {
    this.#examples = examples;
    this.#compared = compared;
    this.labels = [...new Set(examples.map(({ label }) => label))];
    const y = examples.map(({ label }) => this.labels.indexOf(label));
    this.#state = torch.scope(() => logistic.fit({ x, y: indices(y), labels: this.labels.length }));
  }

  predict({ x, compared }: Asked): NearestPrediction<E>[] {
    return torch.scope(() => {
      const scores = logistic.scores(this.#state, x).to('float64').mul(HEADS.logistic.sharpness);
      const rows = scores.softmax(1).tolist() as number[][];
      const similarities = compared.matmul(this.#compared.mT).tolist() as number[][];
      return rows.map((row, i) => this.#prediction(row, similarities[i] ?? []));
    });
  }

  #prediction(row: readonly number[], similarities: readonly number[]): NearestPrediction<E> {
    const [best, near] = [greatest(row), greatest(similarities)];
    const [label, example] = [this.labels[best], this.#examples[near]];
    if (label === undefined || example === undefined) throw new RangeError('no examples');
    return {
      label,
      probability: row[best] ?? 0,
      probabilities: Object.fromEntries(this.labels.map((own, i) => [own, row[i] ?? 0])),
      nearest: { ...example, similarity: similarities[near] ?? 0 },
    };
  }

  dispose(): void {
    disposeTree([this.#compared, this.#state.weights]);
  }
}

function greatest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > (values[best] ?? 0) ? i : best), 0);
}

/** Refuses examples of fewer than two labels. @param what the labels are called. @throws ArgumentRangeError */
export function requireTwoLabels(
  examples: readonly { readonly label: string }[],
  what: string,
  operator: string,
): void {
  const labels = new Set(examples.map(({ label }) => label)).size;
  if (labels >= 2) return;
  throw outOfRange(`at least 2 ${what}`, `examples of ${operator}`, labels, operator);
}
