import { functions } from '../operators/operators';
import type { Tensor } from '../tensor';
import { gradOrNull } from './grad';
import { vmap } from './vmap';

// Only what runs again in backward draws random numbers there: for all elements the same as before.
const AGAIN = { randomness: 'same' } as const;

/**
 * For every input the gradients of each element of the output, `[elements, …input]`; zeros where
 * the output does not depend on it. One pass for all elements, and the graph stays.
 */
export function jacobianRows(
  output: Tensor,
  inputs: readonly Tensor[],
  createGraph: boolean,
): Tensor[] {
  const count = output.numel();
  const zeros = (input: Tensor): Tensor => input.newZeros([count, ...input.shape]);
  if (!output.requiresGrad || count === 0) return inputs.map(zeros);
  const { dtype, device, shape } = output;
  const basis = functions.eye(count, { dtype, device }).view([count, ...shape]);
  const used: number[] = [];
  const rows = vmap((gradOutputs: Tensor) => {
    const options = { gradOutputs, createGraph, retainGraph: true };
    return gradOrNull(output, inputs, options).flatMap((gradient, i) => {
      if (gradient === null) return [];
      used.push(i);
      return [gradient];
    });
  }, AGAIN)(basis);
  return inputs.map((input, i) => rows[used.indexOf(i)] ?? zeros(input));
}
