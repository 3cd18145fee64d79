import type { Tensor, Tree } from '../../torch';
import type { HeadMap } from './head-map';

/** The examples of a classifier as features. Every label has at least one. */
export type Examples = {
  /** `[n, D]`, float32: the examples' vectors, each of length 1 or 0. */
  x: Tensor;
  /** `[n]`, int64: the numbers of their labels, from 0. */
  y: Tensor;
  /** N: how many labels there are. */
  labels: number;
  /** The keys of the examples' texts: the same text has the same. Default: all are different texts. */
  keys?: Uint32Array;
  /** The vectors `[N, D]` of the labels' names, of length 1; zeros for a label without words. */
  names?: Tensor | undefined;
  /** What meta-training has learned of the encoder, where a map of it comes with the package. */
  map?: HeadMap | undefined;
  /** Throws once the fit is given up; fits of many steps call it between them. */
  check?: (() => void) | undefined;
};

/** What is known of held-out rows. */
export type OwnRows = {
  /** Their vectors `[m, D]` and their labels `[m]`. */
  x: Tensor;
  y: Tensor;
  /** Their squared lengths `[m, 1]`. */
  lengths: Tensor;
  /** Their inner products with the sums of all labels, which they are part of, `[m, N]`. */
  products: Tensor;
};

/** Examples, some of which heads are asked about that have not seen them. */
export type HeldOut = Omit<Examples, 'x'> & {
  /** The numbers of these, and the same as `[m]`, int64. */
  rows: readonly number[];
  at: Tensor;
  own: OwnRows;
  /** The vectors `[n, D]` of all examples: only some heads need them. */
  all: () => Tensor;
};

/**
 * A way to tell labels apart by features, as pure functions: what `fit` makes is plain tensors, so that it
 * is saved, sent to other threads and exchanged at once.
 */
export interface Head<S extends Tree = Tree> {
  /** What the examples say. */
  fit(examples: Examples): S;
  /** The same by what a state has chosen for its examples, such as λ. Default: `fit`, which chooses anew. */
  fitLike?(state: S, examples: Examples): S;
  /** A score `[q, N]` for each label; probabilities are the softmax of scores over a temperature. */
  scores(state: S, x: Tensor): Tensor;
  /**
   * The scores `[m, N]` of held-out examples by a head that has not seen them. Default, and if it is undefined: by
   * folds, see `heldOutScores`; a head that has them in closed form says so here.
   */
  heldOut?(state: S, held: HeldOut): Tensor | undefined;
  /** The state with more examples, of `added.labels` labels in all, where that is less work than `fit`. */
  add?(state: S, added: Examples): S;
}
