import { elementCount, shapeOf } from '../../torch/check-tensors';
import { leaves, mapTree, type Tensor, type Tree, torch } from '../../torch/index';

/** The weights of T tasks, each `[T, …]`, as the rows of one matrix `[T, D]`. */
export function flattenParameters(tree: Tree): Tensor {
  const rows = leaves(tree).map((w) => w.reshape([w.shape[0] ?? 1, -1]));
  return torch.cat(rows, 1);
}

/** The inverse: the rows `[T, D]` as a tree of `like`'s shapes. */
export function unflattenParameters<P extends Tree>(rows: Tensor, like: P): P {
  shapeOf(rows, 'rows', 'unflattenParameters');
  // The order of `leaves`, which is that of `mapTree`.
  let start = 0;
  return mapTree(([w]) => {
    const [tasks = 1, ...rest] = w.shape;
    const size = elementCount(rest);
    const part = rows.narrow(1, start, size).reshape([tasks, ...rest]);
    start += size;
    return part;
  }, like);
}
