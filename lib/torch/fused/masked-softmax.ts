import { requireTensors } from '../check-tensors';
import { scope } from '../scope';
import type { Tensor } from '../tensor';

// Beyond every logit, and finite, so that a row without a member gives zeros instead of NaN.
const FAR_BELOW = -1e30;
// The least of float16.
const FAR_BELOW_HALF = -65504;

/**
 * The softmax along `dim` over the members of `mask`, a tensor that broadcasts to the logits and is
 * nonzero for members. Others get exactly 0; so does every row without a member.
 *
 * @throws ArgumentTypeError if the logits or the mask are not tensors
 */
export function maskedSoftmax(logits: Tensor, mask: Tensor, dim: number): Tensor {
  requireTensors({ logits, mask }, 'maskedSoftmax');
  const below = logits.dtype === 'float16' ? FAR_BELOW_HALF : FAR_BELOW;
  return scope(() => {
    const others = mask.eq(0);
    return logits.maskedFill(others, below).softmax(dim).maskedFill(others, 0);
  });
}
