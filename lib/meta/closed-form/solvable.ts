import { TorchError } from '../../errors';
import { type Tensor, torch } from '../../torch/index';

/**
 * Runs a solver on a support set, and says what helps where there is no solution.
 *
 * @param embedded what the solver's matrix is made of
 * @param option what makes that matrix positive definite, for example `lambda of r2d2`
 * @throws TorchError with the code `ERR_TORCH_LINALG`
 */
export function solvable<T>(embedded: Tensor, option: string, solve: () => T): T {
  try {
    return solve();
  } catch (error) {
    if (!(error instanceof TorchError) || error.code !== 'ERR_TORCH_LINALG') throw error;
    const [operator = ''] = option.split(' of ').slice(-1);
    throw new TorchError(error.code, reason(embedded, option, operator), {
      operator,
      cause: error,
    });
  }
}

function reason(embedded: Tensor, option: string, operator: string): string {
  const greatest = torch.scope(() => Number(embedded.detach().abs().max().item()));
  const received = `embeddings of up to ${greatest.toExponential(1)}`;
  return Number.isFinite(greatest)
    ? `Expected a ${option} that is not lost beside products of the embeddings but received ${received}: take a greater one, or smaller embeddings`
    : `Expected finite embeddings for ${operator} but received ${received}`;
}
