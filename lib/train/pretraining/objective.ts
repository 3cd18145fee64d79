import type { Generator, Tensor, Tree } from '../../torch';
import type { DescentBatch } from './descent';

/** What an encoder's parameters and those that only pre-training needs become together. */
export type ObjectiveParams = { readonly encoder: Tree; readonly own: Tree };

/** A task that texts without labels set an encoder. */
export type Objective = {
  /** Parameters beside the encoder's, which are not kept. */
  init(generator: Generator, encoder: Tree): Tree;
  /** The loss of a batch, one number. */
  loss(params: ObjectiveParams, batch: DescentBatch): Tensor;
};
