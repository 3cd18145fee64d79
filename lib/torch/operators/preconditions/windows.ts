import { elementCount } from '../../check-tensors';
import { all, type Check, type CheckedArguments, INT32, written } from './checked-arguments';
import { denseOnly, noSparse } from './layouts';
import { stridedWeight, stridedWeightTransposed, wholeWindows } from './opaque';

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

/** Pools and convolutions. */
export const WINDOW_PRECONDITIONS: Readonly<Record<string, Check>> = {
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
  'aten::upsample_nearest1d': smallWindow,
};
