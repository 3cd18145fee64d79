// One table of what libtorch does not check; longer than other files, since its checks are read beside it.
import { elementCount } from '../../check-tensors';
import { type Check, type CheckedArguments, type TensorFacts, written } from './checked-arguments';
import { CTC_PRECONDITIONS } from './ctc';
import { ONEDNN_PRECONDITIONS } from './onednn';
import {
  OPAQUE_PRECONDITIONS,
  stridedWeight,
  stridedWeightTransposed,
  wholeWindows,
} from './opaque';
import { SIZE_PRECONDITIONS, sizesFromZero } from './sizes';
import { SPARSE_PRECONDITIONS } from './sparse';

const INT32 = 2 ** 31 - 1;

/** Sizes of windows: libtorch computes with them before it checks that they fit. */
function smallWindow(args: CheckedArguments): void {
  for (const name of [
    'kernelSize',
    'stride',
    'padding',
    'outputPadding',
    'dilation',
    'outputSize',
  ]) {
    for (const size of args.numbers(name)) {
      args.require(Math.abs(size) <= INT32, 'a size below 2^31', name, size);
    }
  }
}

/**
 * Windows without width: each of their rows takes time, for nothing. Where all have elements, the memory that they
 * would take is the bound.
 */
function emptyWindows(args: CheckedArguments): void {
  smallWindow(args);
  const [sizes, self] = [args.numbers('outputSize'), args.tensor('self')];
  if (self === undefined || !sizes.includes(0)) return;
  const rows = [...self.shape.slice(0, -sizes.length), ...sizes].filter((size) => size > 0);
  const fits = elementCount(rows) <= INT32;
  args.require(fits, 'sizes whose rows are below 2^31', 'outputSize', written(sizes));
}

/** One element for each channel of the input. */
function perChannel(args: CheckedArguments): void {
  const [, channels = 0] = args.tensor('input')?.shape ?? [];
  for (const name of ['weight', 'bias', 'runningMean', 'runningVar']) {
    args.requireShape(args.tensor(name), [channels]);
  }
}

/** Statistics of the channels: as many are read as the input has channels, whatever their length. */
function channelStatistics(args: CheckedArguments): void {
  perChannel(args);
  if (args.value('training') === true || args.value('useInputStats') === true) return;
  for (const name of ['runningMean', 'runningVar']) {
    const given = args.value(name);
    args.require(given !== undefined, 'a tensor where training is false', name, given);
  }
}

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

/** Sizes by which memory is read and divided are not checked against the tensors. */
function groups(args: CheckedArguments): void {
  for (const name of ['N', 'C', 'HxW', 'group']) {
    args.require(args.number(name, 0) > 0, 'a positive integer', name, args.value(name));
  }
  const [n, channels, area, group] = ['N', 'C', 'HxW', 'group'].map((name) =>
    args.number(name, 1),
  ) as [number, number, number, number];
  args.require(channels % group === 0, `a divisor of ${channels}`, 'group', group);
  const { shape = [] } = args.tensor('input') ?? {};
  const fits = elementCount(shape) === n * channels * area;
  args.require(fits, `${n}·${channels}·${area} elements`, 'input', written(shape));
  args.requireShape(args.tensor('weight'), [channels]);
  args.requireShape(args.tensor('bias'), [channels]);
}

/** Recurrent layers read as many weights as they have, whatever the list holds; projections are one more each. */
function recurrent(args: CheckedArguments): void {
  packedSequences(args);
  const count = args.number('numLayers', 1);
  args.require(count > 0, 'a positive integer', 'numLayers', args.value('numLayers'));
  const cells = count * (args.value('bidirectional') === true ? 2 : 1);
  const weights = args.value('hasBiases') === true ? 4 : 2;
  const given = args.tensors('params').length;
  const fits = given === weights * cells || given === (weights + 1) * cells;
  args.require(fits, `${weights * cells} tensors`, 'params', given);
}

/** The sequences' lengths of a packed batch: rows are found by them. */
function packedSequences(args: CheckedArguments): void {
  const sizes = args.tensor('batchSizes');
  if (sizes === undefined) return;
  const [rows = 0] = args.tensor('data')?.shape ?? [];
  const fits = sizes.shape.length === 1 && (sizes.shape[0] ?? 0) > 0;
  args.require(fits, 'a shape [L] with L > 0', 'batchSizes', written(sizes.shape));
  args.requireElements(sizes, 1, rows);
}

/** Steps through the range of the numbers by a share that `nBins` gives. */
function bins(args: CheckedArguments): void {
  args.require(args.number('nBins', 200) > 0, 'a positive integer', 'nBins', args.value('nBins'));
  const ratio = args.number('ratio', 0);
  args.require(ratio >= 0 && ratio <= 1, 'a number from 0 to 1', 'ratio', args.value('ratio'));
}

/** Row exchanges (pivots): as many as the factors have rows. */
function pivots(
  factors: string,
  exchanges: string,
  count: (sizes: readonly number[]) => number,
): Check {
  return (args) => {
    const { shape = [] } = args.tensor(factors) ?? {};
    args.require(shape.length >= 2, 'at least 2 dimensions', factors, written(shape));
    args.requireShape(args.tensor(exchanges), [...shape.slice(0, -2), count(shape.slice(-2))]);
  };
}

/** Negative exchanges stand for blocks of two rows, so that they come in pairs. */
function wholeBlocks(args: CheckedArguments): void {
  const rows = args.tensor('LD')?.shape.at(-2) ?? 0;
  const numbers = args.tensor('pivots')?.integers() ?? [];
  for (let at = 0; at < numbers.length; at += rows) {
    const exchanges = numbers.slice(at, at + rows);
    const inside = exchanges.every((row) => row !== 0 && Math.abs(row) <= rows);
    const negative = exchanges.map((row) => (row < 0 ? '-' : '+')).join('');
    const paired = negative.split('+').every((run) => run.length % 2 === 0);
    const expected = `numbers from 1 to ${rows}, and pairs of negative ones for blocks of two,`;
    args.require(inside && paired, expected, 'pivots', written(exchanges));
  }
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

/** oneDNN needs contiguous tensors, and divides by the sizes of what it has. */
function contiguous(args: CheckedArguments): void {
  const self = args.tensor('self');
  if (self === undefined) return;
  denseOnly(args);
  args.require(self.isContiguous, 'a contiguous tensor', 'self', 'another; call contiguous()');
  args.require(!self.shape.includes(0), 'a tensor with elements', 'self', written(self.shape));
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

const isDense = ({ layout }: TensorFacts): boolean => layout === 'strided';

/** Kernels that do not check a tensor's layout. */
function denseOnly(args: CheckedArguments): void {
  for (const tensor of args.allTensors()) {
    args.require(isDense(tensor), 'a strided tensor', tensor.name, tensor.layout);
  }
}

/** Kernels that read a tensor as if it had strides, unless it is in the layout of oneDNN. */
function noSparse(args: CheckedArguments): void {
  for (const tensor of args.allTensors()) {
    const sparse = tensor.layout.startsWith('sparse');
    args.require(
      !sparse,
      'a strided tensor, or one in the layout of oneDNN',
      tensor.name,
      tensor.layout,
    );
  }
}

/** The indices that pooling returned point into the input's planes. */
function poolingPlaces(args: CheckedArguments): void {
  smallWindow(args);
  denseOnly(args);
  const { shape = [] } = args.tensor('self') ?? {};
  const [height = 0, width = 0] = shape.slice(-2);
  args.requireElements(args.tensor('indices'), 0, height * width - 1);
  const [places, gradient] = [args.tensor('indices'), args.tensor('gradOutput')];
  if (gradient !== undefined) args.requireShape(places, gradient.shape);
}

function all(...checks: readonly Check[]): Check {
  return (args) => {
    for (const check of checks) check(args);
  };
}

const convolution = all(noSparse, smallWindow);

/** Kernels of weights `[..., *kernelSize]` that are read by the size that is given, not by the weights' own. */
const ownKernel = (dims: number): Check =>
  all(convolution, (args) => {
    const { shape = [] } = args.tensor('weight') ?? {};
    if (shape.length !== dims + 2) return;
    const given = args.numbers('kernelSize');
    const sizes = shape.slice(-dims);
    const fits = sizes.every((size, i) => size === (given[i] ?? given[0]));
    args.require(
      fits,
      `the weights' own ${written(sizes)}`,
      'kernelSize',
      args.value('kernelSize'),
    );
  });

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
  ...OPAQUE_PRECONDITIONS,
  ...SPARSE_PRECONDITIONS,
  ...SIZE_PRECONDITIONS,
  'metatorch::attention': heads,
  'metatorch::conv_max': windows,
  'aten::scaled_dot_product_attention': sharedHeads,
  'aten::pdist': differentiableRows,
  'aten::native_batch_norm': channelStatistics,
  'aten::batch_norm': channelStatistics,
  'aten::batch_norm_update_stats': perChannel,
  'aten::instance_norm': channelStatistics,
  'aten::_native_batch_norm_legit': channelStatistics,
  'aten::_batch_norm_impl_index': channelStatistics,
  'aten::max_pool1d': smallWindow,
  'aten::max_pool1d_with_indices': smallWindow,
  'aten::max_pool2d': smallWindow,
  'aten::max_pool2d_with_indices': smallWindow,
  'aten::max_pool3d': smallWindow,
  'aten::max_pool3d_with_indices': smallWindow,
  'aten::adaptive_max_pool2d': emptyWindows,
  'aten::adaptive_max_pool3d': emptyWindows,
  'aten::avg_pool1d': smallWindow,
  'aten::avg_pool2d': all(smallWindow, wholeWindows),
  'aten::avg_pool3d': all(smallWindow, wholeWindows),
  'aten::max_pool2d_with_indices_backward': poolingPlaces,
  'aten::conv1d': convolution,
  'aten::conv2d': convolution,
  'aten::conv3d': convolution,
  'aten::conv_transpose1d': all(convolution, stridedWeight),
  'aten::conv_transpose2d': all(convolution, stridedWeight),
  'aten::conv_transpose3d': all(convolution, stridedWeight),
  'aten::convolution': all(convolution, stridedWeightTransposed),
  'aten::slow_conv3d': ownKernel(3),
  'aten::slow_conv_transpose2d': ownKernel(2),
  'aten::slow_conv_transpose3d': ownKernel(3),
  'aten::segment_reduce': segments,
  'aten::embedding_bag': bags,
  'aten::_embedding_bag': bags,
  'aten::_embedding_bag_forward_only': bags,
  'aten::native_group_norm': groups,
  'aten::lstm': recurrent,
  'aten::gru': recurrent,
  'aten::rnn_tanh': recurrent,
  'aten::rnn_relu': recurrent,
  'aten::lu_unpack': pivots('LUData', 'LUPivots', (sizes) => Math.min(...sizes)),
  'aten::linalg_ldl_solve': all(
    pivots('LD', 'pivots', ([rows = 0]) => rows),
    wholeBlocks,
  ),
  'aten::copy': denseOnly,
  'aten::to_mkldnn': contiguous,
  'aten::choose_qparams_optimized': bins,
  'aten::upsample_nearest1d': smallWindow,
  ...Object.fromEntries(POLYNOMIALS.map((name) => [`aten::special_${name}`, degree])),
  'aten::resize_': all(withMemory('self'), sizesFromZero('size')),
  'aten::resize_as_': withMemory('self'),
  'aten::set_': all(withMemory('source'), sameDtype, sizesFromZero('size')),
};
