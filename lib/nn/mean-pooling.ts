import { objectOf } from '../check';
import type { Tensor } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';
import type { Layer, NoParams } from './layer';

/** Token vectors `x` `[..., L, D]` and their `mask` `[..., L]`: nonzero for tokens, zero for padding. */
export type MaskedTokens = { x: Tensor; mask: Tensor };

/**
 * The mean of the vectors of the tokens that are not padding: x `[..., n, L, D]` with mask
 * `[..., n, L]` gives `[..., n, D]`. A text without tokens gives zeros.
 *
 * @throws ArgumentRangeError if the mask's shape is not that of x without the last dimension
 */
export function meanPooling(): Layer<NoParams, MaskedTokens> {
  return {
    init: () => ({}),
    apply(_, tokens) {
      const { x, mask } = objectOf(tokens, 'input', 'meanPooling');
      const shape = shapeOf(x, 'x', 'meanPooling');
      const maskShape = shapeOf(mask, 'mask', 'meanPooling');
      const expected = shape.slice(0, -1);
      if (shape.length < 2) throw wrongShape('[..., L, D]', 'x', shape, 'meanPooling');
      if (maskShape.join() !== expected.join()) {
        throw wrongShape(`[${expected.join(', ')}]`, 'mask', maskShape, 'meanPooling');
      }
      const present = mask.ne(0).to(x.dtype);
      const count = present.sum([-1], true).clampMin(1);
      // A product of matrices is faster forwards, but with its gradient takes up to four times as long.
      return x.mul(present.unsqueeze(-1)).sum([-2]).div(count);
    },
    tasks: true,
  };
}
