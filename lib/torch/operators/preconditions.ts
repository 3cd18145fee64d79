import type { CheckedArguments, TensorFacts } from './checked-arguments';

/** Throws if libtorch would read or write where it must not, or never end. */
export type Check = (args: CheckedArguments) => void;

const INT32 = 2 ** 31 - 1;

/** Sizes in windows: libtorch computes with them before it looks whether they fit. */
function smallWindow(args: CheckedArguments): void {
  for (const name of ['kernelSize', 'stride', 'padding', 'outputPadding', 'dilation']) {
    for (const size of args.numbers(name)) {
      args.require(Math.abs(size) <= INT32, 'a size below 2^31', name, size);
    }
  }
}

/** Statistics of the channels: they are read by the input's count, whatever theirs is. */
function channelStatistics(args: CheckedArguments): void {
  const input = args.tensor('input');
  const [, channels = 0] = input?.shape ?? [];
  for (const name of ['weight', 'bias', 'runningMean', 'runningVar']) {
    args.requireShape(args.tensor(name), [channels]);
  }
  if (args.value('training') === true || args.value('useInputStats') === true) return;
  for (const name of ['runningMean', 'runningVar']) {
    const given = args.value(name);
    args.require(given !== undefined, 'a tensor where training is false', name, given);
  }
}

/** Skips libtorch's own checks; what they find would be read beyond the data. */
function segments(args: CheckedArguments): void {
  const unsafe = args.value('unsafe');
  args.require(unsafe !== true, 'false', 'unsafe', unsafe);
  const { shape = [] } = args.tensor('data') ?? {};
  const size = shape[args.number('axis', 0)] ?? 0;
  args.requireElements(args.tensor('offsets'), 0, size);
}

/** Zeros without memory have none to be resized or written to. */
function withMemory(name: string): Check {
  return (args) => {
    const tensor = args.tensor(name);
    const lacking = tensor?.isZeroTensor === true;
    args.require(!lacking, 'a tensor with memory of its own', name, 'zeros without memory');
  };
}

/** Indices of what is inside of the size that is given. */
function indicesInside(args: CheckedArguments): void {
  const indices = args.tensor('indices');
  const range = indices?.range();
  const sizes = args.value('size') === undefined ? undefined : args.numbers('size');
  if (indices === undefined || range === undefined) return;
  const most = sizes === undefined ? Number.MAX_SAFE_INTEGER : Math.max(0, ...sizes) - 1;
  args.requireElements(indices, 0, most);
}

const isDense = ({ layout }: TensorFacts): boolean => layout === 'strided';

/** Kernels that ask no tensor for its layout. */
function denseOnly(args: CheckedArguments): void {
  for (const tensor of args.allTensors()) {
    args.require(isDense(tensor), 'a strided tensor', tensor.name, tensor.layout);
  }
}

/** The places that pooling has found are elements of the input's planes. */
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

const convolution = all(denseOnly, smallWindow);

/**
 * What the arguments of some operators must be beyond what libtorch itself checks: with others it ends
 * the process or never returns. An operator that is not here costs nothing for it.
 */
export const PRECONDITIONS: Readonly<Record<string, Check>> = {
  'aten::native_batch_norm': channelStatistics,
  'aten::batch_norm': channelStatistics,
  'aten::instance_norm': channelStatistics,
  'aten::_native_batch_norm_legit': channelStatistics,
  'aten::_batch_norm_impl_index': channelStatistics,
  'aten::max_pool1d': smallWindow,
  'aten::max_pool1d_with_indices': smallWindow,
  'aten::max_pool2d': smallWindow,
  'aten::max_pool2d_with_indices': smallWindow,
  'aten::max_pool3d': smallWindow,
  'aten::max_pool3d_with_indices': smallWindow,
  'aten::avg_pool1d': smallWindow,
  'aten::avg_pool2d': smallWindow,
  'aten::avg_pool3d': smallWindow,
  'aten::max_pool2d_with_indices_backward': poolingPlaces,
  'aten::conv1d': convolution,
  'aten::conv2d': convolution,
  'aten::conv3d': convolution,
  'aten::conv_transpose1d': convolution,
  'aten::conv_transpose2d': convolution,
  'aten::conv_transpose3d': convolution,
  'aten::convolution': convolution,
  'aten::segment_reduce': segments,
  'aten::resize_': withMemory('self'),
  'aten::resize_as_': withMemory('self'),
  'aten::sparse_coo_tensor': indicesInside,
  'aten::_sparse_coo_tensor_unsafe': indicesInside,
};

/** The derivatives of operators: autograd calls them, and gives them what they do not check. */
export const DERIVATIVE = /_backward(?:_|$)/;

// Derivatives that check what they are given, or whose arguments are checked above.
const CHECKED_DERIVATIVES = new Set([
  'aten::matmul_backward',
  'aten::native_dropout_backward',
  'aten::max_pool2d_with_indices_backward',
]);

/** Why an operator cannot be called by its name; undefined if it can. */
export function unreachable(name: string): string | undefined {
  if (!DERIVATIVE.test(name) || CHECKED_DERIVATIVES.has(name)) return undefined;
  return `${name} is the derivative of another operator and does not check its arguments: use torch.grad`;
}
