import type { Tensor } from './tensor';

// Beyond every logit, and finite, so that a row without a member gives zeros instead of NaN.
const FAR_BELOW = -1e30;

/**
 * The softmax along `dim` over the members of `mask`, a tensor that broadcasts to the logits and is
 * nonzero for members. Others get exactly 0; so does everything where there is no member.
 */
export function maskedSoftmax(logits: Tensor, mask: Tensor, dim: number): Tensor {
  const others = mask.eq(0);
  return logits.maskedFill(others, FAR_BELOW).softmax(dim).maskedFill(others, 0);
}
