import { gradOrNull } from './autograd';
import { functions } from './operators';
import type { Tensor } from './tensor';

/**
 * For every input the gradients of each element of the output, `[elements, …input]`; zeros where
 * the output does not depend on it. The graph stays.
 */
export function jacobianRows(
  output: Tensor,
  inputs: readonly Tensor[],
  createGraph: boolean,
): Tensor[] {
  const count = output.numel();
  const zeros = (input: Tensor): Tensor => input.newZeros([count, ...input.shape]);
  if (!output.requiresGrad || count === 0) return inputs.map(zeros);
  const basis = functions.eye(count, { dtype: output.dtype, device: output.device });
  const rows = Array.from({ length: count }, (_, i) =>
    gradOrNull(output, inputs, {
      gradOutputs: basis.select(0, i).view(output.shape),
      createGraph,
      retainGraph: true,
    }),
  );
  return inputs.map((input, at) => {
    const column = rows.map((row) => row[at] ?? null);
    if (column.every((gradient) => gradient === null)) return zeros(input);
    return functions.stack(column.map((gradient) => gradient ?? input.zerosLike()));
  });
}
