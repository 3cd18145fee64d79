import { hasHoles, isPlainObject } from '../../check';
import { ArgumentTypeError, invalidArgument, outOfRange } from '../../errors';
import { namedAs } from '../operators/named-results';
import { isTensor, type Tensor } from '../tensor';
import { requireLevel } from '../tree';

/**
 * Which dimension of each tensor is that of the samples: one number for a whole tree, or a tree of
 * them that follows its structure; null where all samples share a value.
 */
export type VmapDims = number | null | readonly VmapDims[] | { readonly [key: string]: VmapDims };

/** Replaces each tensor of a tree by what `fn` makes of it and its dimension. */
export function mapWithDims(
  tree: unknown,
  dims: VmapDims,
  name: string,
  fn: (tensor: Tensor, dim: number | null, name: string) => unknown,
  level = 0,
): unknown {
  requireLevel(level);
  if (isTensor(tree)) {
    if (dims !== null && typeof dims !== 'number') {
      throw invalidArgument('a dimension or null', `the dimension of ${name}`, dims, 'vmap');
    }
    return fn(tree, dims, name);
  }
  refuseSurplus(tree, dims, name);
  if (Array.isArray(tree)) {
    if (hasHoles(tree)) throw invalidArgument('an array without holes', name, tree, 'vmap');
    const items = tree.map((item, i) =>
      mapWithDims(item, dimsAt(dims, i, name), `${name}[${i}]`, fn, level + 1),
    );
    return namedAs(items, tree);
  }
  if (isPlainObject(tree)) {
    const entries = Object.entries(tree).map(([key, item]) => {
      const path = `${name}.${key}`;
      return [key, mapWithDims(item, dimsAt(dims, key, name), path, fn, level + 1)];
    });
    return Object.fromEntries(entries);
  }
  if (dims === null) return tree;
  throw invalidArgument('a tensor, or null for its dimension,', name, tree, 'vmap');
}

/** Refuses dimensions for arguments or keys that are not there. */
function refuseSurplus(tree: unknown, dims: VmapDims, name: string): void {
  if (dims === null || typeof dims !== 'object') return;
  if (!Array.isArray(tree) && !isPlainObject(tree)) return;
  const surplus = Object.keys(dims).find((key) => !Object.hasOwn(tree, key));
  if (surplus === undefined) return;
  const count = Array.isArray(tree) ? `, which has ${tree.length}` : '';
  throw new ArgumentTypeError(
    `vmap: Expected no dimension for '${surplus}' of ${name}${count}, but received one`,
    'vmap',
  );
}

function dimsAt(dims: VmapDims, key: string | number, name: string): VmapDims {
  if (dims === null || typeof dims === 'number') return dims;
  const found: VmapDims | undefined = (dims as Record<string, VmapDims>)[String(key)];
  if (found !== undefined) return found;
  throw new ArgumentTypeError(`vmap: Expected a dimension or null for '${key}' of ${name}`, 'vmap');
}

/** The dimension counted from the front; `ndim` dimensions are there. */
export function wrapDim(dim: number, ndim: number, name: string): number {
  if (Number.isInteger(dim) && dim >= -ndim && dim < ndim) return dim < 0 ? dim + ndim : dim;
  const range = ndim === 0 ? 'no dimension' : `a dimension from ${-ndim} to ${ndim - 1}`;
  throw outOfRange(range, `the dimension of ${name}`, dim, 'vmap');
}

/** The number of samples, which all tensors with a dimension have in common. */
export function batchSize(args: readonly unknown[], dims: VmapDims): number {
  const sizes = new Map<number, string>();
  mapWithDims(args, dims, 'args', (tensor, dim, name) => {
    if (dim === null) return tensor;
    const { shape } = tensor;
    const size = shape[wrapDim(dim, shape.length, name)] as number;
    if (!sizes.has(size)) sizes.set(size, name);
    return tensor;
  });
  const [first, ...others] = sizes;
  if (first === undefined) {
    throw new ArgumentTypeError('vmap: Expected a dimension for at least one tensor', 'vmap');
  }
  if (others.length > 0) {
    const list = [first, ...others].map(([size, name]) => `${size} in ${name}`).join(', ');
    throw new ArgumentTypeError(
      `vmap: Expected tensors of one number of samples but received ${list}`,
      'vmap',
    );
  }
  return first[0];
}
