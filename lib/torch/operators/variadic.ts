import type { OverloadInfo, ParameterInfo } from '../../native';

/** Functions of PyTorch that take any number of tensors, one argument each, instead of a list. */
const OF_TENSORS: ReadonlySet<string> = new Set([
  'aten::atleast_1d',
  'aten::atleast_2d',
  'aten::atleast_3d',
  'aten::block_diag',
  'aten::broadcast_tensors',
  'aten::cartesian_prod',
  'aten::chain_matmul',
  'aten::einsum',
  'aten::meshgrid',
]);

/** The lists of integers that may be given one by one, by their names in schemas. */
const SHAPES: ReadonlySet<string> = new Set(['dims', 'repeats', 'shape', 'size']);

/**
 * Arguments by position with those from `place` on in one list, if they were given one by one; `place` is
 * negative for overloads that do not allow it.
 */
export function gathered(positional: readonly unknown[], place: number): readonly unknown[] {
  if (place < 0) return positional;
  const first = positional[place];
  if (first === undefined || first === null || Array.isArray(first)) return positional;
  return [...positional.slice(0, place), positional.slice(place)];
}

/**
 * The list whose elements may be given one by one, as in `zeros(2, 3)`, `x.permute(1, 0)` and
 * `einsum('ij,jk->ik', a, b)`: as in PyTorch, the only argument that is given by position, apart from the
 * tensor whose method it is. Undefined for most overloads.
 */
export function variadicOf({ name, parameters }: OverloadInfo): ParameterInfo | undefined {
  const positional = parameters.filter(({ keywordOnly }) => !keywordOnly);
  const list = positional.at(-1);
  if (list === undefined || list.length > 0) return undefined;
  if (OF_TENSORS.has(name)) return list.type === 'Tensor[]' ? list : undefined;
  const [first] = positional;
  const alone = positional.length === 1 || (positional.length === 2 && first?.name === 'self');
  // Not `hsplit`, where one number is a count and a list has places.
  const isShape = SHAPES.has(list.name) && /^(?:int|SymInt)\[\]$/.test(list.type);
  return alone && isShape ? list : undefined;
}
