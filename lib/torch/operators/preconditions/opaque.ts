import type { Check, CheckedArguments } from './checked-arguments';
import { noOpaque } from './layouts';

/** oneDNN reads weights of a transposed convolution in their own layout as if they were not transposed. */
export function stridedWeight(args: CheckedArguments): void {
  const layout = args.tensor('weight')?.layout;
  args.require(layout !== 'other', 'a strided tensor', 'weight', 'an opaque one');
}

/** The same where one operator convolves both ways. */
export function stridedWeightTransposed(args: CheckedArguments): void {
  if (args.value('transposed') === true) stridedWeight(args);
}

/** oneDNN divides the sum of a window that goes beyond the padding by another count than libtorch. */
export function wholeWindows(args: CheckedArguments): void {
  if (args.value('ceilMode') !== true) return;
  const layout = args.tensor('self')?.layout;
  args.require(layout !== 'other', 'false for an opaque tensor', 'ceilMode', true);
}

const OTHER_LAYOUTS = [
  'zero',
  'new_empty',
  'new_zeros',
  'index_add_',
  'index_copy_',
  'index_reduce_',
  'scatter_',
  'scatter_add_',
  'scatter_reduce_',
  '_sparse_mm',
];

/** Operators whose kernels take a tensor in oneDNN's layout for one with elements to be read. */
export const OPAQUE_PRECONDITIONS: Readonly<Record<string, Check>> = Object.fromEntries(
  OTHER_LAYOUTS.map((name) => [`aten::${name}`, noOpaque]),
);
