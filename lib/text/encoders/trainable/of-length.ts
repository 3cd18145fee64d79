import { positiveFinite, withDefault } from '../../../check';
import type { Tensor } from '../../../torch';

/** The shortest vector that is lengthened: a text without a known token has no direction. */
const LEAST_SQUARE = 1e-12;

/** The length of every vector, or those that the encoder gives. */
export type Scale = number | 'own';

/**
 * The length of every vector, so that distances are of the usual size for a softmax: those of vectors of
 * length 1 are too small to learn from. `own` leaves vectors as the encoder gives them. Default: 3.6.
 */
export const SCALE = withDefault<Scale>(
  (value, name, operator) => (value === 'own' ? 'own' : positiveFinite(value, name, operator)),
  3.6,
);

/** Vectors `[…, D]` of one length. */
export function ofLength(x: Tensor, length: Scale): Tensor {
  if (length === 'own') return x;
  return x.div(x.square().sum([-1], true).clampMin(LEAST_SQUARE).sqrt()).mul(length);
}
