import { functions } from '../operators/operators';
import type { Tensor } from '../tensor';
import { gradOrNull } from './grad';
import { vmap } from './vmap';

// In backward only recomputed regions draw random numbers: for all elements the same as before.
export const AGAIN = { randomness: 'same' } as const;

/**
 * For every input the gradients of each element of the output, `[elements, …input]`; null where the
 * output does not depend on it. One pass for all elements, or for each `chunkSize` of them, and the
 * graph stays.
 *
 * Gradients of a complex output with respect to a real input are those of its real part; what is of
 * its imaginary part takes a second pass.
 */
export function jacobianRows(
  output: Tensor,
  inputs: readonly Tensor[],
  createGraph: boolean,
  chunkSize?: number,
): (Tensor | null)[] {
  const rows = gradientRows(output, inputs, 1, createGraph, chunkSize);
  if (!output.isComplex() || inputs.every((input) => input.isComplex())) return rows;
  const imaginary = gradientRows(output, inputs, { re: 0, im: 1 }, createGraph, chunkSize);
  return rows.map((real, i) => {
    const other = imaginary[i] ?? null;
    if (inputs[i]?.isComplex() === true || real === null || other === null) return real;
    return functions.complex(real, other);
  });
}

function gradientRows(
  output: Tensor,
  inputs: readonly Tensor[],
  weight: number | { re: number; im: number },
  createGraph: boolean,
  chunkSize: number | undefined,
): (Tensor | null)[] {
  const count = output.numel();
  if (!output.requiresGrad) return inputs.map(() => null);
  if (count === 0) return inputs.map((input) => input.newZeros([0, ...input.shape]));
  const { dtype, device, shape } = output;
  const basis = functions
    .eye(count, { dtype, device })
    .mul(weight)
    .view([count, ...shape]);
  const used = new Set<number>();
  const options = { ...AGAIN, ...(chunkSize !== undefined && { chunkSize }) };
  const rows = vmap((gradOutputs: Tensor) => {
    const own = { gradOutputs, createGraph, retainGraph: true };
    return gradOrNull(output, inputs, own).flatMap((gradient, i) => {
      if (gradient === null) return [];
      used.add(i);
      return [gradient];
    });
  }, options)(basis);
  const found = [...used];
  return inputs.map((_, i) => rows[found.indexOf(i)] ?? null);
}
