import { byName, calledAs, flag } from '../../check';
import { invalidArgument, outOfRange } from '../../errors';
import { requireTensor } from '../check-tensors';
import { type Dtype, isScalar, type Scalar } from '../dtype';
import { Operator } from '../operators/dispatch';
import type { Tensor } from '../tensor';

/** Which norm: p of the p-norm, or that of a matrix by name. */
export type NormOrder = Scalar | 'fro' | 'nuc';

/** The dimensions that are summed over. */
type Dims = number | readonly number[];

export type NormOptions = {
  /** p of the p-norm, `fro` for the Frobenius norm, which is 2, or `nuc` for the nuclear norm. Default: `fro`. */
  p?: NormOrder | null;
  /** The dimensions that are summed over, two for `nuc`. Default: all. */
  dim?: Dims | null;
  /** They stay, of size 1. Default: false. */
  keepdim?: boolean;
  /** What to compute in. Default: that of the tensor. */
  dtype?: Dtype | null;
};

export type NormArguments =
  | readonly [options?: NormOptions]
  | readonly [p: NormOrder | null, options?: NormOptions]
  | readonly [p: NormOrder | null, dim: Dims | null, options?: NormOptions]
  | readonly [p: NormOrder | null, dim: Dims | null, keepdim: boolean, options?: NormOptions]
  | readonly [p: NormOrder | null, dim: Dims | null, keepdim: boolean, dtype: Dtype | null];

const vectorNorm = new Operator('aten::linalg_vector_norm', 'default');
const matrixNorm = new Operator('aten::linalg_matrix_norm', 'str_ord');
const sparseNorm = new Operator('aten::norm', 'ScalarOpt_dim');
const sparseNormOfDtype = new Operator('aten::norm', 'ScalarOpt_dim_dtype');

/**
 * The norm of a tensor over some of its dimensions, or over all.
 *
 *     torch.norm(x);
 *     torch.norm(x, 'nuc', { dim: [0, 1] });
 *     torch.norm(x, 1, -1, true);
 *
 * `torch.linalg.vectorNorm` and `torch.linalg.matrixNorm` say which of the two is meant.
 *
 * @throws ArgumentTypeError for arguments that are not written so
 * @throws ArgumentRangeError for another name, and dimensions that a norm of matrices does not have
 * @throws TorchError `ERR_TORCH_DTYPE` for integers, `ERR_TORCH_INDEX` for dimensions that are not there
 */
export function norm(input: Tensor, ...args: NormArguments): Tensor {
  requireTensor(input, 'input', 'norm');
  const given = byName(args, ['p', 'dim', 'keepdim', 'dtype'], [], 'norm');
  const p = given.p ?? 'fro';
  const keepdim = flag(given.keepdim ?? false, 'keepdim', 'norm');
  const names = { self: 'input', ord: 'p', A: 'input' };
  return calledAs({ operator: 'norm', names }, () => {
    const { dim = null, dtype = null } = given;
    if (p === 'nuc') {
      return matrixNorm.call([denseOf(input), p, matrixDims(input, dim), keepdim, { dtype }]);
    }
    const order = p === 'fro' ? frobeniusOrder(dim) : numericOrder(p);
    if (input.layout === 'strided') {
      return vectorNorm.call([input, order, dim, keepdim, { dtype }]);
    }
    const sparse = [input, order, dim ?? allOf(input), keepdim];
    return dtype === null
      ? sparseNorm.call(sparse)
      : sparseNormOfDtype.call([...sparse, { dtype }]);
  }) as Tensor;
}

const allOf = (input: Tensor): number[] => input.shape.map((_, i) => i);

function denseOf(input: Tensor): Tensor {
  if (input.layout === 'strided') return input;
  throw outOfRange("a strided tensor where p is 'nuc'", 'input of norm', input.layout, 'norm');
}

function matrixDims(input: Tensor, dim: unknown): unknown {
  const dims = dim ?? allOf(input);
  if (Array.isArray(dims) && dims.length === 2) return dims;
  throw outOfRange("two dimensions where p is 'nuc'", 'dim of norm', dims, 'norm');
}

/** Matrices have two dimensions; of vectors it is the 2-norm. */
function frobeniusOrder(dim: unknown): number {
  if (!Array.isArray(dim) || dim.length <= 2) return 2;
  throw outOfRange("at most two dimensions where p is 'fro'", 'dim of norm', dim, 'norm');
}

function numericOrder(p: unknown): Scalar {
  const expected = "a number, 'fro' or 'nuc'";
  if (typeof p === 'string') throw outOfRange(expected, 'p of norm', p, 'norm');
  if (isScalar(p)) return p;
  throw invalidArgument(expected, 'p of norm', p, 'norm');
}
