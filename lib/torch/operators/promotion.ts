import { ArgumentTypeError, invalidArgument } from '../../errors';
import { checkDtype, type Dtype, type Scalar } from '../dtype';
import type { Tensor } from '../tensor';
import { Operator } from './dispatch';

const resultTypeOperator = new Operator('aten::result_type');
const promoteTypesOperator = new Operator('aten::promote_types');
const canCastOperator = new Operator('aten::can_cast');

/**
 * The dtype of what arithmetic on the two gives. A tensor with dimensions outweighs one without, and
 * both outweigh a number, unless the lighter one is of a higher kind: boolean < integer < floating <
 * complex. A JavaScript number without a fraction counts as an integer.
 *
 *     torch.resultType(torch.tensor([1n]), 2);   // 'int64'
 *     torch.resultType(torch.tensor([1n]), 0.5); // 'float32'
 */
export function resultType(a: Tensor | Scalar, b: Tensor | Scalar): Dtype {
  return resultTypeOperator.call([a, b]) as Dtype;
}

/** The smallest dtype that both can be cast to without a change of kind. */
export function promoteTypes(a: Dtype, b: Dtype): Dtype {
  checkDtype(a, 'a');
  checkDtype(b, 'b');
  return promoteTypesOperator.call([a, b]) as Dtype;
}

/** True if PyTorch casts in place from one dtype to the other: not to a lower kind. */
export function canCast(from: Dtype, to: Dtype): boolean {
  checkDtype(from, 'from');
  checkDtype(to, 'to');
  return canCastOperator.call([from, to]) as boolean;
}

/**
 * The shape that tensors of these shapes are broadcast to: aligned at the last dimension, and a size
 * of 1 stretched to the others' size.
 *
 * @throws ArgumentTypeError if two sizes differ and neither is 1
 */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const ndim = shapes.reduce((most, shape) => Math.max(most, lengthOf(shape)), 0);
  return Array.from({ length: ndim }, (_, i) => {
    const sizes = shapes.map((shape) => shape[shape.length - ndim + i] ?? 1);
    const size = sizes.find((one) => one !== 1) ?? 1;
    if (sizes.every((one) => one === 1 || one === size)) return size;
    const written = shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');
    throw new ArgumentTypeError(
      `broadcastShapes: Expected shapes that broadcast together but received ${written}`,
      'broadcastShapes',
    );
  });
}

// The most dimensions of libtorch's iterators.
const MOST_DIMENSIONS = 64;

function lengthOf(shape: readonly number[]): number {
  const valid =
    Array.isArray(shape) &&
    shape.length <= MOST_DIMENSIONS &&
    Array.from(shape).every((size) => Number.isSafeInteger(size) && size >= 0);
  if (valid) return shape.length;
  const expected = 'an array of sizes';
  throw invalidArgument(expected, 'a shape', shape, 'broadcastShapes');
}
