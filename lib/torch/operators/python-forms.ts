import { flagsOf, isOptions, knownOptions, refuseSurplus } from '../../check';
import { invalidArgument } from '../../errors';
import { type NormArguments, norm } from '../linear-algebra/norm';
import { isTensor, type Tensor } from '../tensor';
import { operatorNamed } from './dispatch';

/** Dimensions to sum products over: the last and the first so many, or those of each tensor. */
export type ContractedDims = number | readonly [readonly number[], readonly number[]];

type TensordotArguments =
  | [dims?: ContractedDims]
  | [options: { dims?: ContractedDims }]
  | [dimsSelf: readonly number[], dimsOther: readonly number[]];

/** What PyTorch's Python layer takes beyond the schemas of some operators. */
export type PythonForms = {
  /** The sizes of all dimensions, as `shape`, or that of one. */
  size(): number[];
  size(dim: number): number;
  /** How many elements apart neighbours are in memory, along every dimension or one. */
  stride(): number[];
  stride(dim: number): number;
  /** The places of what is not zero, `[count, dimensions]`; with `asTuple` an array for each dimension. */
  nonzero(options: { asTuple: true }): Tensor[];
  nonzero(options?: { asTuple?: false }): Tensor;
  /** The sum of products over some dimensions; see `torch.tensordot`. */
  tensordot(other: Tensor, ...dims: TensordotArguments): Tensor;
  /** The norm over some dimensions or all; see `torch.norm`. */
  norm(...args: NormArguments): Tensor;
};

const sizeOf = operatorNamed('aten::size');
const strideOf = operatorNamed('aten::stride');
const places = operatorNamed('aten::nonzero');
const placesByDimension = operatorNamed('aten::nonzero_numpy');
const contraction = operatorNamed('aten::tensordot');

/**
 * The sum of products over some dimensions of two tensors: over the last `dims` of the first and the first of the
 * second, 2 by default, or over those that are named for each.
 *
 *     torch.tensordot(a, b, { dims: 1 });
 *     torch.tensordot(a, b, [[1, 0], [0, 1]]);
 *
 * @throws ArgumentTypeError for dimensions that are not written so
 * @throws TorchError `ERR_TORCH_INDEX` or `ERR_TORCH_SHAPE` if they do not fit
 */
export function tensordot(input: Tensor, other: Tensor, ...dims: TensordotArguments): Tensor {
  requireTensor(input, 'input', 'tensordot');
  requireTensor(other, 'other', 'tensordot');
  const [first, second, ...surplus] = dims as readonly unknown[];
  if (dims.length > 1) {
    return contraction.call([input, other, first, second, ...surplus]) as Tensor;
  }
  const found = isOptions(first) ? knownOptions(first, ['dims'], 'tensordot').dims : first;
  const [dimsSelf, dimsOther] = contracted(found ?? 2, Math.min(input.ndim, other.ndim));
  return contraction.call([input, other, dimsSelf, dimsOther]) as Tensor;
}

function contracted(dims: unknown, most: number): readonly unknown[] {
  if (Array.isArray(dims) && dims.length === 2) return dims;
  if (typeof dims === 'number' && Number.isInteger(dims) && dims >= 0 && dims <= most) {
    const counted = Array.from({ length: dims }, (_, i) => i);
    return [counted.map((i) => i - dims), counted];
  }
  const expected = `an integer from 0 to ${most}, or two arrays of dimensions`;
  throw invalidArgument(expected, 'dims', dims, 'tensordot');
}

/**
 * The places of what is not zero: `[count, dimensions]`, or with `asTuple` an array of the places in each
 * dimension, to index with.
 *
 *     x.index(torch.nonzero(x, { asTuple: true }));
 */
export function nonzero(input: Tensor, options: { asTuple: true }): Tensor[];
export function nonzero(input: Tensor, options?: { asTuple?: false }): Tensor;
export function nonzero(input: Tensor, options: { asTuple?: boolean } = {}): Tensor | Tensor[] {
  requireTensor(input, 'input', 'nonzero');
  const { asTuple } = flagsOf(options, ['asTuple'], 'nonzero');
  return (asTuple ? placesByDimension : places).call([input]) as Tensor | Tensor[];
}

function requireTensor(value: unknown, name: string, operator: string): void {
  if (!isTensor(value)) throw invalidArgument('a tensor', name, value, operator);
}

export const pythonForms = {
  size(this: Tensor, ...args: readonly unknown[]): unknown {
    const { shape } = this;
    if (args.length === 0) return shape;
    const [dim] = args;
    const own = args.length === 1 && typeof dim === 'number' ? shape.at(dim) : undefined;
    return own !== undefined && Number.isInteger(dim) ? own : sizeOf.callMethod(this, args);
  },
  stride(this: Tensor, ...args: readonly unknown[]): unknown {
    if (args.length > 0) return strideOf.callMethod(this, args);
    return this.shape.map((_, dim) => strideOf.callMethod(this, [dim]));
  },
  nonzero(this: Tensor, ...args: readonly [options?: { asTuple?: false }]): Tensor {
    refuseSurplus(args.slice(1), 'nonzero');
    return nonzero(this, args[0]);
  },
  tensordot(this: Tensor, other: Tensor, ...dims: TensordotArguments): Tensor {
    return tensordot(this, other, ...dims);
  },
  norm(this: Tensor, ...args: NormArguments): Tensor {
    return norm(this, ...args);
  },
};
