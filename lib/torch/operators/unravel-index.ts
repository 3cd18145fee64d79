import { array, integerFrom, refuseSurplus } from '../../check';
import { invalidArgument } from '../../errors';
import { requireTensor } from '../check-tensors';
import { scope } from '../scope';
import type { Tensor } from '../tensor';

/**
 * The coordinates of flat indices in a tensor of a shape: one tensor for each dimension, of the shape of
 * `indices`. Indices beyond the shape wrap around in its first dimension.
 *
 *     torch.unravelIndex(torch.tensor([4n, 1n]), [3, 2]); // [2, 0] and [0, 1]
 *
 * @throws ArgumentTypeError for indices that are not integers
 */
export function unravelIndex(
  indices: Tensor,
  shape: number | readonly number[],
  ...surplus: never[]
): Tensor[] {
  refuseSurplus(surplus, 'unravelIndex');
  const { dtype } = requireTensor(indices, 'indices', 'unravelIndex');
  if (!/^u?int/.test(dtype)) {
    throw invalidArgument('integers', 'indices of unravelIndex', dtype, 'unravelIndex');
  }
  const given = typeof shape === 'number' ? [shape] : shape;
  const sizes = array(given, 'sizes', 'shape', 'unravelIndex').map((size, i) =>
    integerFrom(0, size, `shape[${i}]`, 'unravelIndex'),
  );
  return scope(() => {
    let stride = 1;
    const places = sizes.toReversed().map((size) => {
      const quotient = indices.to('int64').div(stride, { roundingMode: 'floor' });
      stride *= size;
      return quotient.remainder(size);
    });
    return places.reverse();
  });
}
