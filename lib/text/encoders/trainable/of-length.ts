import type { Tensor } from '../../../torch';

/** The shortest vector that is lengthened: a text without a known token has no direction. */
const LEAST_SQUARE = 1e-12;

/**
 * Vectors `[…, D]` of one length, so that distances are of the usual size for a softmax: those of vectors of
 * length 1 are too small to learn from.
 */
export function ofLength(x: Tensor, length: number): Tensor {
  return x.div(x.square().sum([-1], true).clampMin(LEAST_SQUARE).sqrt()).mul(length);
}
