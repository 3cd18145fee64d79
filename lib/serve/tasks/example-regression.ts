import { outOfRange } from '../../errors';
import { argmax } from '../../extremes';
import type { TextPrediction } from '../../text';
import { labelNumbers } from '../../text/datasets/labeled-text';
import { disposeTree, type Tensor, torch } from '../../torch';
import { calibrationRows } from '../calibration/sample';
import { sharpness } from '../calibration/temperature';
import { HEADS } from '../heads';
import { indices } from '../heads/features';
import { heldOutScores, holdOut } from '../heads/held-out';
import { type LogisticState, logistic } from '../heads/logistic';

/** A label by logistic regression, and the example that is most like what was asked about. */
export type NearestPrediction<E> = TextPrediction & {
  readonly nearest: E & { readonly similarity: number };
};

/** Features of asked things `[q, F]`, and what is compared with the examples, `[q, D]`. */
export type Asked = { x: Tensor; compared: Tensor };

/** What probabilities are calibrated by. */
export type Calibrated = {
  /** The sharpness that is usual for such features; held-out examples correct it. */
  readonly usual: number;
  /** A key of each example, by which the order of examples means nothing. */
  readonly keys: Uint32Array;
};

/** Examples as features: logistic regression tells their labels apart, and the nearest one explains. */
export class ExampleRegression<E extends { readonly label: string }> {
  /** In the order of their first example. */
  readonly labels: readonly string[];
  readonly #examples: readonly E[];
  /** `[n, D]` */
  readonly #compared: Tensor;
  readonly #state: LogisticState;
  readonly #sharpness: number;

  /**
   * @param compared the examples as they are compared; it becomes this object's to dispose of
   * @param calibrated for features that are not of length 1; else probabilities are of the usual sharpness
   */
  constructor(examples: readonly E[], { x, compared }: Asked, calibrated?: Calibrated) {
    this.#examples = examples;
    this.#compared = compared;
    this.labels = [...new Set(examples.map(({ label }) => label))];
    const y = labelNumbers(examples, this.labels);
    this.#state = torch.scope(() => logistic.fit({ x, y: indices(y), labels: this.labels.length }));
    this.#sharpness =
      calibrated === undefined
        ? HEADS.logistic.sharpness
        : heldOutSharpness(
            examples.map(({ label }) => label),
            x,
            calibrated,
          );
  }

  predict({ x, compared }: Asked): NearestPrediction<E>[] {
    return torch.scope(() => {
      const scores = logistic.scores(this.#state, x).to('float64').mul(this.#sharpness);
      const rows = scores.softmax(1).tolist() as number[][];
      const similarities = compared.matmul(this.#compared.mT).tolist() as number[][];
      return rows.map((row, i) => this.#prediction(row, similarities[i] ?? []));
    });
  }

  #prediction(row: readonly number[], similarities: readonly number[]): NearestPrediction<E> {
    const [best, near] = [argmax(row), argmax(similarities)];
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

/** The sharpness under which examples that are held out are most probable. */
function heldOutSharpness(own: readonly string[], x: Tensor, { usual, keys }: Calibrated): number {
  const names = [...new Set(own)].sort();
  const number = own.map((label) => names.indexOf(label));
  // In an order of their own, so that the same examples are left out together however they came.
  const order = [...own.keys()].sort(
    (a, b) => (number[a] ?? 0) - (number[b] ?? 0) || (keys[a] ?? 0) - (keys[b] ?? 0),
  );
  const rows = calibrationRows(Uint32Array.from(order, (i) => keys[i] ?? 0));
  return torch.scope(() => {
    const y = indices(order.map((i) => number[i] ?? 0));
    const examples = { x: x.indexSelect(0, indices(order)), y, labels: names.length };
    const held = holdOut(examples, [...rows]);
    const scores = heldOutScores(logistic, logistic.fit(examples), held);
    return sharpness(scores, held.own.y, usual);
  });
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
