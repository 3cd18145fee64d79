import type { Tensor, Tree } from '../torch';

/** Inputs of T tasks and their labels. */
export type Examples<I extends Tree = Tensor> = {
  /** What the model takes, with a leading task axis: `[T, n, …]`. */
  inputs: I;
  /** `[T, n]`, int64, from 0 to N − 1 within each task; `IGNORED` where a row only fills up. */
  labels: Tensor;
};

/**
 * T tasks of N ways each: learn from the support set, be judged on the query set. Tasks with fewer
 * examples than the largest are filled up with rows whose label is `IGNORED`.
 */
export type Episodes<I extends Tree = Tensor> = {
  /** N: classes in each task. */
  ways: number;
  support: Examples<I>;
  query: Examples<I>;
  /**
   * `[T, N]`, int64: which of the data's classes each label stands for, for learners that tell all
   * classes of meta-training apart.
   */
  classes?: Tensor;
};

/** The label of rows that fill up a batch: they count in no loss, prototype or accuracy. */
export const IGNORED = -100;

/** T: how many tasks there are. */
export function taskCount(examples: Examples<Tree>): number {
  return examples.labels.shape[0] ?? 0;
}
