import { all, type Check, type CheckedArguments, INT32, written } from './checked-arguments';
import { CTC_PRECONDITIONS } from './ctc';
import { contiguous, denseOnly } from './layouts';
import { LINEAR_ALGEBRA_PRECONDITIONS } from './linear-algebra';
import { NORMALIZATION_PRECONDITIONS } from './normalization';
import { ONEDNN_PRECONDITIONS } from './onednn';
import { OPAQUE_PRECONDITIONS } from './opaque';
import { RECURRENT_PRECONDITIONS } from './recurrent';
import { SIZE_PRECONDITIONS, sizesFromZero } from './sizes';
import { SPARSE_PRECONDITIONS } from './sparse';
import { WINDOW_PRECONDITIONS } from './windows';

/** `unsafe` skips libtorch's own checks, which keep reads inside the data. */
function segments(args: CheckedArguments): void {
  const unsafe = args.value('unsafe');
  args.require(unsafe !== true, 'false', 'unsafe', unsafe);
  const { shape = [] } = args.tensor('data') ?? {};
  const size = shape[args.number('axis', 0)] ?? 0;
  args.requireElements(args.tensor('offsets'), 0, size);
}

/** `mode` of bags that keep their greatest elements. */
const GREATEST = 2;

/**
 * Where bags of indices begin, and with `includeLastOffset` where the last one ends: sums are read from and
 * written to by them, so that indices, and the greatest elements of any, need a bag to be in.
 */
function bags(args: CheckedArguments): void {
  const { shape = [] } = args.tensor('indices') ?? {};
  args.require(shape.length === 1, 'a shape [n]', 'indices', written(shape));
  const offsets = args.tensor('offsets');
  args.requireElements(offsets, 0, shape[0] ?? 0);
  if (offsets === undefined) return;
  const isEmpty = shape.includes(0) && args.number('mode', 0) !== GREATEST;
  const isIncluded = args.value('includeLastOffset') === true;
  const [count = 0] = offsets.shape;
  const expected = `a shape [${isIncluded ? 'bags + 1' : 'bags'}] with bags > 0`;
  const given = written(offsets.shape);
  args.require(isEmpty || count > (isIncluded ? 1 : 0), expected, 'offsets', given);
}

/** Zeros without memory cannot be resized or written to. */
function withMemory(name: string): Check {
  return (args) => {
    const tensor = args.tensor(name);
    const lacking = tensor?.isZeroTensor === true;
    args.require(!lacking, 'a tensor with memory of its own', name, 'zeros without memory');
  };
}

/** The memory of a tensor of another dtype would be read as if it were of this one. */
function sameDtype(args: CheckedArguments): void {
  const [self, source] = [args.tensor('self'), args.tensor('source')];
  if (self === undefined || source === undefined) return;
  args.require(
    source.dtype === self.dtype,
    `a tensor of dtype ${self.dtype}`,
    'source',
    source.dtype,
  );
}

/** Steps through the range of the numbers by a share that `nBins` gives. */
function bins(args: CheckedArguments): void {
  args.require(args.number('nBins', 200) > 0, 'a positive integer', 'nBins', args.value('nBins'));
  const ratio = args.number('ratio', 0);
  args.require(ratio >= 0 && ratio <= 1, 'a number from 0 to 1', 'ratio', args.value('ratio'));
}

// Beyond this a polynomial of one number takes a noticeable time.
const MOST_DEGREE = 10_000;

/** Recurrences that take a step for each degree. */
function degree(args: CheckedArguments): void {
  const degrees = args.tensor('n');
  if (degrees !== undefined) args.requireElements(degrees, -Infinity, MOST_DEGREE);
  else
    args.require(
      args.number('n', 0) <= MOST_DEGREE,
      `at most ${MOST_DEGREE}`,
      'n',
      args.value('n'),
    );
}

/** Queries of H heads share keys and values of fewer, whose number theirs is divided by. */
function sharedHeads(args: CheckedArguments): void {
  if (args.value('enableGqa') !== true) return;
  for (const name of ['key', 'value']) {
    const { shape = [] } = args.tensor(name) ?? {};
    args.require(shape.at(-3) !== 0, 'a shape [..., H, L, D] with H > 0', name, written(shape));
  }
}

/** The derivative of no distances at all reads the first row. */
function differentiableRows(args: CheckedArguments): void {
  const self = args.tensor('self');
  if (!self?.requiresGrad) return;
  const expected = 'at least one row where gradients are taken';
  args.require(self.shape[0] !== 0, expected, 'self', written(self.shape));
}

// More than any model has, so that what has fewer pays for no further look at its tensors.
const MOST_HEADS = 1024;

/** The composed path divides by it, and none at all are divided by any number, each of which takes time. */
function heads(args: CheckedArguments): void {
  const [count, given] = [args.number('heads', 1), args.value('heads')];
  args.require(count >= 1 && count <= INT32, 'a positive integer', 'heads', given);
  if (count <= MOST_HEADS) return;
  const columns = ['queries', 'values'].map((name) => args.tensor(name)?.shape.at(-1) ?? 0);
  args.require(
    count <= Math.max(...columns),
    'at most as many as there are columns',
    'heads',
    given,
  );
}

/** An empty window has no maximum, and the number of windows is divided by their width. */
function windows(args: CheckedArguments): void {
  const [x, weight] = [args.tensor('x'), args.tensor('weight')];
  if (x === undefined || weight === undefined) return;
  const size = x.shape.at(-1) ?? 0;
  const width = weight.shape.at(-1) ?? 0;
  args.require(size > 0, 'a shape [T, n, L, D] with D > 0', 'x', written(x.shape));
  args.require(width > 0, `a shape [T, F, k·${size}] with k > 0`, 'weight', written(weight.shape));
}

const POLYNOMIALS = [
  'chebyshev_polynomial_t',
  'chebyshev_polynomial_u',
  'chebyshev_polynomial_v',
  'chebyshev_polynomial_w',
  'shifted_chebyshev_polynomial_t',
  'shifted_chebyshev_polynomial_u',
  'shifted_chebyshev_polynomial_v',
  'shifted_chebyshev_polynomial_w',
  'hermite_polynomial_h',
  'hermite_polynomial_he',
  'laguerre_polynomial_l',
  'legendre_polynomial_p',
];

/**
 * What the arguments of some operators must be beyond what libtorch itself checks: with others it ends
 * the process or never returns. Operators that are not listed pay nothing.
 */
export const PRECONDITIONS: Readonly<Record<string, Check>> = {
  ...CTC_PRECONDITIONS,
  ...ONEDNN_PRECONDITIONS,
  ...LINEAR_ALGEBRA_PRECONDITIONS,
  ...NORMALIZATION_PRECONDITIONS,
  ...OPAQUE_PRECONDITIONS,
  ...RECURRENT_PRECONDITIONS,
  ...SPARSE_PRECONDITIONS,
  ...SIZE_PRECONDITIONS,
  ...WINDOW_PRECONDITIONS,
  'metatorch::attention': heads,
  'metatorch::conv_max': windows,
  'aten::scaled_dot_product_attention': sharedHeads,
  'aten::pdist': differentiableRows,
  'aten::segment_reduce': segments,
  'aten::embedding_bag': bags,
  'aten::_embedding_bag': bags,
  'aten::_embedding_bag_forward_only': bags,
  'aten::copy': denseOnly,
  'aten::to_mkldnn': contiguous,
  'aten::choose_qparams_optimized': bins,
  ...Object.fromEntries(POLYNOMIALS.map((name) => [`aten::special_${name}`, degree])),
  'aten::resize_': all(withMemory('self'), sizesFromZero('size')),
  'aten::resize_as_': withMemory('self'),
  'aten::set_': all(withMemory('source'), sameDtype, sizesFromZero('size')),
};
