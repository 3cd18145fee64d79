import { listOf, recordOf, stepCount } from '../../check';
import { mapTree, type Tensor, type Tree, torch } from '../../torch';

/** The strides of tensors that are not contiguous, by path. */
export type Layouts = Readonly<Record<string, readonly number[]>>;

export const layoutsCheck = recordOf(listOf(stepCount));

/**
 * What a file of tensors does not keep. Products of a transposed matrix round otherwise, so that a run with
 * another layout would end in other bits.
 */
export function layoutsOf(tree: Tree): Layouts {
  const layouts: Record<string, readonly number[]> = {};
  mapTree(([tensor], path) => {
    if (!tensor.isContiguous()) layouts[path] = stridesOf(tensor);
    return tensor;
  }, tree);
  return layouts;
}

/** The tensor with strides, or itself where there are none or they do not fit. */
export function withLayout(tensor: Tensor, strides: readonly number[] | undefined): Tensor {
  if (strides?.length !== tensor.shape.length) return tensor;
  return torch.scope(() => {
    const placed = torch.emptyStrided(tensor.shape, [...strides], {
      dtype: tensor.dtype,
      device: tensor.device,
    });
    return placed.copy_(tensor);
  });
}

function stridesOf(tensor: Tensor): number[] {
  return tensor.shape.map((_, dim) => tensor.stride(dim));
}
