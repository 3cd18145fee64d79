import { isTensor, type Tensor, torch } from '../torch';
import type { StepReport } from './callbacks/callback';
import type { Evaluation } from './evaluate';

/** What a run has seen from its first step on, also before it was resumed. */
export type TrainHistory = {
  /** The loss of each step. */
  readonly loss: readonly number[];
  /** The accuracy of each step, NaN where labels are not classes. */
  readonly accuracy: readonly number[];
  /** The norm of each step's gradients before they were clipped, NaN where they were not. */
  readonly gradientNorm: readonly number[];
  /** The episodes of each step. */
  readonly episodes: readonly number[];
  readonly evaluations: readonly { readonly step: number; readonly evaluation: Evaluation }[];
};

const COLUMNS = ['loss', 'accuracy', 'gradientNorm', 'episodes'] as const;
const FIGURES = 7;

/** A history as tensors: a vector for each figure of steps, and a row for each evaluation. */
export type HistoryTensors = {
  readonly [C in (typeof COLUMNS)[number] | 'evaluations']: Tensor;
};

/** A history that grows by a step at a time. */
export class History implements TrainHistory {
  readonly loss: number[] = [];
  readonly accuracy: number[] = [];
  readonly gradientNorm: number[] = [];
  readonly episodes: number[] = [];
  readonly evaluations: { step: number; evaluation: Evaluation }[] = [];

  add({ loss, accuracy = Number.NaN, gradientNorm = Number.NaN, episodes }: StepReport): void {
    this.loss.push(loss);
    this.accuracy.push(accuracy);
    this.gradientNorm.push(gradientNorm);
    this.episodes.push(episodes);
  }

  evaluationAt(step: number): Evaluation | undefined {
    return this.evaluations.find((one) => one.step === step)?.evaluation;
  }

  /** Tensors keep what JSON has no word for, as NaN, and are compact. */
  tensors(): HistoryTensors {
    const column = (values: readonly number[]) => torch.tensor(Float64Array.from(values));
    const rows = this.evaluations.flatMap(rowOf);
    return {
      loss: column(this.loss),
      accuracy: column(this.accuracy),
      gradientNorm: column(this.gradientNorm),
      episodes: column(this.episodes),
      evaluations: torch.tensor(Float64Array.from(rows), {
        shape: [this.evaluations.length, FIGURES],
      }),
    };
  }

  /** The history of tensors that were read from a file; undefined if they are none. */
  static of(tensors: Readonly<Record<string, unknown>>, steps: number): History | undefined {
    const history = new History();
    for (const name of COLUMNS) {
      const values = numbersOf(tensors[name]);
      if (values?.length !== steps) return undefined;
      for (const value of values) history[name].push(value);
    }
    const rows = numbersOf(tensors.evaluations);
    if (rows === undefined || rows.length % FIGURES !== 0) return undefined;
    for (let at = 0; at < rows.length; at += FIGURES) {
      history.evaluations.push(evaluationOf(rows.subarray(at, at + FIGURES)));
    }
    return history;
  }
}

function numbersOf(tensor: unknown): Float64Array | undefined {
  if (!isTensor(tensor)) return undefined;
  const values = tensor.data();
  return values.BYTES_PER_ELEMENT === 8 && tensor.dtype === 'float64'
    ? (values as Float64Array)
    : undefined;
}

function rowOf({ step, evaluation }: { step: number; evaluation: Evaluation }): number[] {
  const { loss, accuracy } = evaluation;
  const absent = { mean: Number.NaN, halfWidth: Number.NaN, count: Number.NaN };
  const figures = [loss, accuracy ?? absent];
  return [step, ...figures.flatMap(({ mean, halfWidth, count }) => [mean, halfWidth, count])];
}

function evaluationOf(row: Float64Array): { step: number; evaluation: Evaluation } {
  const [step = 0, ...figures] = row;
  const estimate = (at: number) => {
    const [mean = 0, halfWidth = 0, count = 0] = figures.slice(at, at + 3);
    return { mean, halfWidth, count };
  };
  const [loss, accuracy] = [estimate(0), estimate(3)];
  // An accuracy may itself be NaN, but not how many there were.
  return { step, evaluation: Number.isNaN(accuracy.count) ? { loss } : { loss, accuracy } };
}
