import { type Check, type CheckedArguments, written } from './checked-arguments';

/** Refuses tensors of any argument whose layout is not accepted. */
const onlyLayouts =
  (accepts: (layout: string) => boolean, expected: string): Check =>
  (args) => {
    for (const { name, layout } of args.allTensors()) {
      const received = layout === 'other' ? 'an opaque one' : layout;
      args.require(accepts(layout), expected, name, received);
    }
  };

/** For kernels that do not check a tensor's layout. */
export const denseOnly = onlyLayouts((layout) => layout === 'strided', 'a strided tensor');

/** For kernels that read a tensor as if it had strides, unless it is in the layout of oneDNN. */
export const noSparse = onlyLayouts(
  (layout) => !layout.startsWith('sparse'),
  'a strided tensor, or one in the layout of oneDNN',
);

/** For kernels that misread tensors in oneDNN's own layout. */
export const noOpaque = onlyLayouts((layout) => layout !== 'other', 'a strided or sparse tensor');

/** oneDNN needs contiguous tensors, and divides by the sizes of what it has. */
export function contiguous(args: CheckedArguments): void {
  const self = args.tensor('self');
  if (self === undefined) return;
  denseOnly(args);
  args.require(self.isContiguous, 'a contiguous tensor', 'self', 'another; call contiguous()');
  args.require(!self.shape.includes(0), 'a tensor with elements', 'self', written(self.shape));
}
