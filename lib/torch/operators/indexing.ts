import { flag, knownOptions, refuseSurplus } from '../../check';
import { invalidArgument } from '../../errors';
import { isScalar, type Scalar } from '../dtype';
import { scope } from '../scope';
import { isTensor, type Tensor } from '../tensor';
import { Operator } from './dispatch';
import { applyIndices, runGather, type TensorIndex } from './index-plan';
import { copyForEach } from './sample-index';

/** Options of `indexPut`. */
export type IndexPutOptions = {
  /** Add to what is there, once for each time an element is indexed. Default: false. */
  accumulate?: boolean;
};

/** Methods of `Tensor` that take and set parts of it. */
export type IndexingMethods = {
  /**
   * The part of the tensor that the indices name, one for each dimension from the first on, as
   * `x[0, None, 1:3]` in PyTorch: an integer takes one position and drops its dimension, a slice
   * takes a range, `torch.ellipsis` skips dimensions, null adds one of size 1, and tensors or
   * arrays of integers or booleans gather elements.
   *
   *     x.index([0, null, torch.slice(1, 3)]); x.index(mask); x.index([[0, 2], torch.slice()]);
   *
   * The result is a view of the tensor unless tensors, arrays or booleans are among the indices. The
   * dimensions that these give take the place of those they index, or come first if those are apart.
   * Inside `torch.vmap` indices may vary among samples, masks excepted.
   *
   * @throws TorchError `ERR_TORCH_INDEX` if an index is out of range, a mask has another shape, or
   *   there are more indices than dimensions
   */
  index(indices: TensorIndex | readonly TensorIndex[]): Tensor;
  /**
   * Sets the part of the tensor that the indices name, as `x[indices] = values`, and returns the
   * tensor. `values` is broadcast to that part. Inside `torch.vmap` values and indices may vary among
   * samples if the tensor does; `indexPut` takes any tensor.
   *
   *     x.indexPut_([torch.slice(), 0], 0); counts.indexPut_(words, 1, { accumulate: true });
   *
   * @throws TorchError `ERR_TORCH_INDEX` as `index` does, `ERR_TORCH_SHAPE` if the values do not fit
   */
  indexPut_<T extends Tensor>(
    this: T,
    indices: TensorIndex | readonly TensorIndex[],
    values: Tensor | Scalar,
    options?: IndexPutOptions,
  ): T;
  /** A copy of the tensor with the part that the indices name set to `values`; see `indexPut_`. */
  indexPut(
    indices: TensorIndex | readonly TensorIndex[],
    values: Tensor | Scalar,
    options?: IndexPutOptions,
  ): Tensor;
};

const takeOperator = new Operator('aten::index');
const putOperator = new Operator('aten::index_put_');
const fullOperator = new Operator('aten::full');

function index(
  this: Tensor,
  indices: TensorIndex | readonly TensorIndex[],
  ...surplus: never[]
): Tensor {
  if (surplus.length > 0) {
    throw invalidArgument(
      'one array, as in index([i, j]),',
      'indices',
      [indices, ...surplus],
      'index',
    );
  }
  return scope(() => {
    const plan = applyIndices(this, indices, 'index');
    const { view, gathers } = plan;
    if (gathers.length > 0) {
      return runGather(plan, 'index', () => takeOperator.call([view, gathers]) as Tensor);
    }
    // A handle of its own: the caller may dispose of it.
    return view === this ? this.alias() : view;
  });
}

function indexPut_(this: Tensor, ...args: PutArguments): Tensor {
  return put(this, args, 'indexPut_');
}

function indexPut(this: Tensor, ...args: PutArguments): Tensor {
  return scope(() => put(copyForEach(this), args, 'indexPut'));
}

type PutArguments = [
  indices: TensorIndex | readonly TensorIndex[],
  values: Tensor | Scalar,
  options?: IndexPutOptions,
  ...surplus: never[],
];

function put(self: Tensor, args: PutArguments, operator: string): Tensor {
  const [indices, values, options = {}, ...surplus] = args;
  refuseSurplus(surplus, operator);
  const { accumulate = false } = knownOptions(options, ['accumulate'], operator);
  flag(accumulate, 'accumulate', operator);
  if (!isTensor(values) && !isScalar(values)) {
    throw invalidArgument(
      'a tensor, number, bigint, boolean or { re, im }',
      'values',
      values,
      operator,
    );
  }
  scope(() => {
    const plan = applyIndices(self, indices, operator);
    const { view, gathers } = plan;
    if (gathers.length > 0) {
      const placed = isTensor(values) ? withoutLeadingOnes(values) : likeElement(values, self);
      runGather(plan, operator, () => putOperator.call([view, gathers, placed, { accumulate }]));
    } else if (isTensor(values)) {
      const fitting = withoutLeadingOnes(values);
      if (accumulate) view.add_(fitting);
      else view.copy_(fitting);
    } else if (accumulate) {
      view.add_(values);
    } else {
      view.fill_(values);
    }
  });
  return self;
}

// As numpy does: `x[0] = ones(1, 3)` sets a row.
function withoutLeadingOnes(values: Tensor): Tensor {
  const { shape } = values;
  if (shape[0] !== 1) return values;
  const first = shape.findIndex((size) => size !== 1);
  return values.reshape(first === -1 ? [] : shape.slice(first));
}

function likeElement(value: Scalar, { dtype, device }: Tensor): Tensor {
  return fullOperator.call([[], value, { dtype, device }]) as Tensor;
}

export const indexing = { index, indexPut, indexPut_ };
