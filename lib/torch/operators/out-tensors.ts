import type { Handle } from '../../native';
import { binding } from '../binding';
import { dispatch } from './dispatch-values';
import type { Overload } from './overload';

type Kept = { readonly tensor: Handle; readonly shape: number[]; readonly strides: number[] };

/**
 * Runs an overload that writes its results into tensors called `out`. libtorch gives them the results' shape
 * before it gets the memory for it; where there is none, they get their own shape back, so that they
 * are not left larger than their memory.
 */
export function intoOut(overload: Overload, values: readonly unknown[]): unknown {
  const kept = overload.outs.flatMap((i) => [values[i]].flat()).map(shapeOf);
  try {
    return dispatch(overload.id, values);
  } catch (error) {
    for (const one of kept) restore(one);
    throw error;
  }
}

function shapeOf(handle: unknown): Kept {
  const tensor = handle as Handle;
  const isStrided = binding.layoutOf(tensor) === 'strided';
  return {
    tensor,
    shape: binding.shapeOf(tensor),
    strides: isStrided ? binding.strideOf(tensor) : [],
  };
}

function restore({ tensor, shape, strides }: Kept): void {
  if (binding.shapeOf(tensor).join() === shape.join()) return;
  const [resize] = binding.overloads('aten::as_strided_');
  if (resize !== undefined) binding.dispatch(resize.id, tensor, shape, strides);
}
