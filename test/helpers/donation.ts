import { TorchError } from '../../lib/errors';
import type { Optimizer, OptimizerState } from '../../lib/optim';
import { type Tensor, torch } from '../../lib/torch';
import { numbers } from './gradients';

export type Params = { w: Tensor };
export type Run<S extends OptimizerState> = { params: Params; state: S };

export const DONATED = /disposed of: an optimizer overwrote its memory/;

export const start = (): Params => ({
  w: torch.tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  ),
});
export const slope = ({ w }: Params): Params => torch.grad(w.square().sum(), { w });

export function begin<S extends OptimizerState>(optimizer: Optimizer<S>, params = start()): Run<S> {
  return { params, state: optimizer.init(params) };
}

/** A step as a loop would take it. */
export function step<S extends OptimizerState>(optimizer: Optimizer<S>, run: Run<S>): Run<S> {
  return torch.replace(run, ({ params, state }) => optimizer.update(slope(params), state, params));
}

/** The parameters after one step that replaces nothing. */
export function expected<S extends OptimizerState>(
  optimizer: Optimizer<S>,
  params = start(),
): number[] {
  return torch.scope(() => {
    const { state } = begin(optimizer, params);
    const gradients = slope(params);
    const moved = torch.noGrad(() => optimizer.update(gradients, state, params));
    return numbers(moved.params.w);
  });
}

export const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error instanceof TorchError ? error.code : error;
  }
};

export const live = () => torch.memory();
