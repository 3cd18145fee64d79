import { ArgumentTypeError, describe, invalidArgument, TorchError } from '../../errors';
import { tensor } from '../create/create';
import { readNested } from '../create/nested';
import { isTensor, type NestedArray, type Tensor } from '../tensor';
import { isSampleIndex, refuseBesideTensors, selectEach } from './sample-index';
import { Ellipsis, Slice } from './slice';

/** What one place of an index may hold; an array stands for a tensor of integers or booleans. */
export type TensorIndex =
  | number
  | bigint
  | boolean
  | null
  | Slice
  | Ellipsis
  | Tensor
  | readonly NestedArray<number>[]
  | readonly NestedArray<boolean>[];

/** What is left to do after the indices that only make views have been applied. */
export type IndexPlan = {
  readonly view: Tensor;
  /** For every dimension of the view in turn, the tensor that indexes it; empty if none does. */
  readonly gathers: readonly (Tensor | null)[];
  /** The dimension of the source that each tensor indexes; one for each dimension of a mask. */
  readonly gatheredDims: readonly number[];
};

type State = {
  readonly operator: string;
  /** Whether the view is to be written into. */
  readonly writes: boolean;
  readonly gathers: (Tensor | null)[];
  readonly gatheredDims: number[];
  view: Tensor;
  /** The dimension of `view` that the next index is for. */
  dim: number;
  /** That dimension's number in the tensor that is indexed, for messages. */
  sourceDim: number;
  /** How many dimensions of `view` the list of tensors reaches; a mask takes several. */
  reached: number;
};

const INDEX_DTYPES = ['int64', 'int32', 'uint8', 'bool'];

/**
 * Applies the integers, slices, nulls and the ellipsis, and lists the tensors, which one operator
 * gathers by afterwards. An integer is applied before tensors are, as PyTorch does: it does not count
 * as one of them.
 */
export function applyIndices(
  source: Tensor,
  indices: TensorIndex | readonly TensorIndex[],
  operator: string,
): IndexPlan {
  const given = Array.isArray(indices) ? (indices as readonly TensorIndex[]) : [indices];
  // `map` would pass over holes.
  const isList = given === indices;
  const entries = Array.from(given, (entry, i) =>
    normalize(entry as TensorIndex, isList ? `indices[${i}]` : 'indices', operator),
  );
  const taken = entries.reduce<number>((sum, entry) => sum + dimensionsOf(entry), 0);
  const { shape } = source;
  if (taken > shape.length) {
    throw indexError(
      `Expected at most ${shape.length} indices for a tensor of shape [${shape.join(', ')}] but received ${taken}`,
      operator,
    );
  }
  if (entries.filter((entry) => entry instanceof Ellipsis).length > 1) {
    throw new ArgumentTypeError(`${operator}: Expected at most one ellipsis`, operator);
  }
  const writes = operator !== 'index';
  if (writes && entries.some((entry) => isTensor(entry) && isSampleIndex(entry))) {
    const others = entries.filter((entry) => isTensor(entry) || typeof entry === 'boolean');
    refuseBesideTensors(others, operator);
  }
  const state: State = {
    operator,
    writes,
    gathers: [],
    gatheredDims: [],
    view: source,
    dim: 0,
    sourceDim: 0,
    reached: 0,
  };
  for (const entry of entries) {
    if (entry instanceof Ellipsis) {
      state.dim += shape.length - taken;
      state.sourceDim += shape.length - taken;
    } else {
      applyEntry(state, entry);
      state.sourceDim += dimensionsOf(entry);
    }
  }
  return state;
}

type Entry = number | boolean | null | Slice | Ellipsis | Tensor;

function normalize(entry: TensorIndex, name: string, operator: string): Entry {
  if (entry === null || typeof entry === 'boolean') return entry;
  if (entry instanceof Slice || entry instanceof Ellipsis) return entry;
  if (typeof entry === 'number' || typeof entry === 'bigint')
    return toInteger(entry, name, operator);
  const indices = isTensor(entry) ? entry : fromArray(entry, name, operator);
  const { dtype } = indices;
  if (indices.ndim > 0 || isSampleIndex(indices)) {
    if (INDEX_DTYPES.includes(dtype)) return indices;
    throw indexTypeError(`tensor of ${dtype}`, name, operator);
  }
  if (dtype === 'bool' || dtype === 'uint8')
    return indices.item() !== false && indices.item() !== 0;
  if (!dtype.startsWith('int')) throw indexTypeError(`tensor of ${dtype}`, name, operator);
  return toInteger(indices.itemBigInt(), name, operator);
}

function toInteger(value: number | bigint, name: string, operator: string): number {
  const integer = Number(value);
  if (Number.isSafeInteger(integer)) return integer;
  throw indexTypeError(describe(value), name, operator);
}

function fromArray(entry: unknown, name: string, operator: string): Tensor {
  if (!Array.isArray(entry)) throw indexTypeError(describe(entry), name, operator);
  const { array, dtype, shape } = readNested(entry, {
    name,
    operator,
    check: (value, place) => {
      if (typeof value === 'boolean' || Number.isSafeInteger(value)) return;
      throw invalidArgument('an integer', place(), value, operator);
    },
  });
  return tensor(array, { shape, dtype: dtype === 'bool' ? 'bool' : 'int64' });
}

function indexTypeError(received: string, name: string, operator: string): ArgumentTypeError {
  return new ArgumentTypeError(
    `${operator}: Expected integers, booleans, null, slices, the ellipsis, or tensors or arrays of int64, int32, uint8 or bool for ${name} but received ${received}`,
    operator,
  );
}

function isMask(indices: Tensor): boolean {
  return indices.dtype === 'bool' || indices.dtype === 'uint8';
}

function dimensionsOf(entry: Entry): number {
  if (entry === null || typeof entry === 'boolean' || entry instanceof Ellipsis) return 0;
  return isTensor(entry) && isMask(entry) ? entry.ndim : 1;
}

function applyEntry(state: State, entry: Exclude<Entry, Ellipsis>): void {
  if (typeof entry === 'number') {
    checkPosition(state, entry);
    state.view = state.view.select(state.dim, entry);
  } else if (entry === null) {
    state.view = state.view.unsqueeze(state.dim);
    state.dim += 1;
  } else if (entry instanceof Slice) {
    const { start, stop, step } = entry;
    if (start !== null || stop !== null || step !== 1) {
      state.view = state.view.slice(state.dim, start ?? undefined, stop ?? undefined, step);
    }
    state.dim += 1;
  } else if (typeof entry === 'boolean') {
    state.view = state.view.unsqueeze(state.dim);
    gather(state, tensor(entry ? [0] : [], { dtype: 'int64', device: state.view.device }), 1);
  } else if (isSampleIndex(entry) && !state.writes) {
    state.view = selectEach(state.view, state.dim, entry);
  } else if (isMask(entry)) {
    checkMask(state, entry);
    gather(state, entry, entry.ndim);
  } else {
    gather(state, entry, 1);
  }
}

function gather(state: State, indices: Tensor, dimensions: number): void {
  for (; state.reached < state.dim; state.reached++) state.gathers.push(null);
  state.gathers.push(indices);
  for (let i = 0; i < dimensions; i++) state.gatheredDims.push(state.sourceDim + i);
  state.dim += dimensions;
  state.reached = state.dim;
}

function checkPosition({ view, dim, sourceDim, operator }: State, position: number): void {
  const size = view.shape[dim] ?? 0;
  if (position >= -size && position < size) return;
  const expected = size === 0 ? 'no index' : `an index from ${-size} to ${size - 1}`;
  throw indexError(
    `Expected ${expected} for dimension ${sourceDim} of size ${size} but received ${position}`,
    operator,
  );
}

function checkMask({ view, dim, sourceDim, operator }: State, mask: Tensor): void {
  const sizes = view.shape.slice(dim, dim + mask.ndim);
  const { shape } = mask;
  const at = shape.findIndex((size, i) => size !== sizes[i]);
  if (at === -1) return;
  throw indexError(
    `Expected a mask of size ${sizes[at]} for dimension ${sourceDim + at} but received one of shape [${shape.join(', ')}]`,
    operator,
  );
}

/** Runs the operator that gathers; libtorch numbers dimensions by their place among the tensors. */
export function runGather<T>({ gatheredDims }: IndexPlan, operator: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const found = /index (-?\d+) is out of bounds for dimension (\d+) with size (\d+)/.exec(
      error instanceof TorchError ? error.message : '',
    );
    if (found === null) throw error;
    const [, position, place, size] = found.map(Number);
    const dim = gatheredDims[place ?? 0];
    throw indexError(
      `Expected indices from ${-(size ?? 0)} to ${(size ?? 0) - 1} for dimension ${dim} of size ${size} but received ${position}`,
      operator,
    );
  }
}

function indexError(message: string, operator: string): TorchError {
  return new TorchError('ERR_TORCH_INDEX', `${operator}: ${message}`, { operator });
}
