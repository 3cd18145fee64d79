import type { Check, CheckedArguments } from './checked-arguments';

/** Indices must be inside the given size, which has one number for each of their rows. */
function indicesInside(args: CheckedArguments): void {
  const indices = args.tensor('indices');
  const sizes = args.value('size') === undefined ? undefined : args.numbers('size');
  if (indices?.shape.length !== 2) return;
  for (const [dim, range] of indices.rowRanges().entries()) {
    const most = sizes === undefined ? Number.MAX_SAFE_INTEGER : (sizes[dim] ?? 0) - 1;
    args.requireRange(range, 0, most, `indices[${dim}]`);
  }
}

/** How a layout compresses: which of the last two dimensions, and whether its elements are blocks. */
type Layout = {
  readonly name: 'csr' | 'csc' | 'bsr' | 'bsc';
  readonly byRow: boolean;
  readonly blocks: boolean;
};

const LAYOUTS: readonly Layout[] = [
  { name: 'csr', byRow: true, blocks: false },
  { name: 'csc', byRow: false, blocks: false },
  { name: 'bsr', byRow: true, blocks: true },
  { name: 'bsc', byRow: false, blocks: true },
];

/** Whatever reads compressed indices goes where they say. libtorch checks them if it is asked to. */
function compressed(layout: Layout | undefined, args: CheckedArguments): void {
  const given = layout ?? LAYOUTS.find(({ name }) => args.value('layout') === `sparse_${name}`);
  const tensor = (...names: string[]) =>
    names.map((name) => args.tensor(name)).find((found) => found !== undefined);
  const starts = tensor('compressedIndices', 'crowIndices', 'ccolIndices');
  const plain = tensor('plainIndices', 'colIndices', 'rowIndices');
  const values = args.tensor('values');
  if (given === undefined || starts === undefined || plain === undefined || values === undefined) {
    return;
  }
  const { name, byRow, blocks } = given;
  const each = values.shape.slice(plain.shape.length);
  const [height = 1, width = 1] = blocks ? each.splice(0, 2) : [];
  const along = (starts.shape.at(-1) ?? 1) - 1;
  const across = (plain.range()?.[1] ?? -1) + 1;
  const [rows, columns] = byRow ? [along, across] : [across, along];
  const size =
    args.value('size') === undefined
      ? [...starts.shape.slice(0, -1), rows * height, columns * width, ...each]
      : args.numbers('size');
  const tensors = [starts.handle, plain.handle, values.handle];
  args.requireAccepted(`aten::_validate_sparse_${name}_tensor_args`, [...tensors, size, null]);
}

const operatorsOf = (name: string): string[] => [
  `aten::sparse_${name}_tensor`,
  `aten::_sparse_${name}_tensor_unsafe`,
];

const entries = (layout: Layout | undefined, name: string): [string, Check][] =>
  operatorsOf(name).map((operator) => [operator, (args) => compressed(layout, args)]);

/** Sparse tensors whose indices are read by kernels that trust them. */
export const SPARSE_PRECONDITIONS: Readonly<Record<string, Check>> = {
  'aten::sparse_coo_tensor': indicesInside,
  'aten::_sparse_coo_tensor_unsafe': indicesInside,
  ...Object.fromEntries(LAYOUTS.flatMap((layout) => entries(layout, layout.name))),
  ...Object.fromEntries(entries(undefined, 'compressed')),
};
