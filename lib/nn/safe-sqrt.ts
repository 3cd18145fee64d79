import type { Tensor } from '../torch';

/**
 * √x, with a gradient of 0 where x is 0. There the true one is infinite, and the zero that it is
 * multiplied by, the gradient of a square, would make it NaN: for a word that is in no text.
 */
export function safeSqrt(x: Tensor): Tensor {
  if (!x.requiresGrad) return x.sqrt();
  const zero = x.eq(0);
  return x.maskedFill(zero, 1).sqrt().maskedFill(zero, 0);
}
