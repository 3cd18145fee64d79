import type { Tensor } from '../../torch';
import { named } from '../../torch/operators/named-results';

/** The greatest of each window and their places: an array that is destructured, with names. */
export type OutputIndices = [output: Tensor, indices: Tensor] & {
  readonly output: Tensor;
  readonly indices: Tensor;
};

/** Names of the two results that Python gives as a tuple without names. */
export function outputIndices([output, indices]: readonly [Tensor, Tensor]): OutputIndices {
  return named([output, indices], ['output', 'indices']) as OutputIndices;
}

/** The greatest alone, or with their places; what is not wanted is freed. */
export function asked(found: readonly [Tensor, Tensor], returnIndices: boolean): Tensor | Tensor[] {
  if (returnIndices) return outputIndices(found);
  found[1].dispose();
  return found[0];
}
