import { mapTree, type Tree } from '../torch';
import { wrongShape } from '../torch/check-tensors';

/**
 * Refuses parameters of another model.
 *
 * @throws ArgumentTypeError for a tree of another structure; ArgumentRangeError for a tensor of another shape
 */
export function requireSameShapes<P extends Tree>(own: P, other: P, operator: string): P {
  mapTree(
    ([mine, given], path) => {
      if (mine.shape.join() === given.shape.join()) return given;
      throw wrongShape(`[${mine.shape.join(', ')}]`, path, given.shape, operator);
    },
    own,
    other,
  );
  return other;
}
