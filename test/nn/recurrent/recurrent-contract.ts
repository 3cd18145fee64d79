import { expandTasks, type Layer } from '../../../lib/nn';
import type { Sequences } from '../../../lib/nn/recurrent/recurrent-layer';
import { flattenTree, type Tensor, type Tree, torch, unflattenTree } from '../../../lib/torch';
import { expectClose, expectGradients, float64 } from '../../helpers/gradients';

/** Sequences `[4, 5, 3]` of what the layers of these tests read. */
export const x = float64([4, 5, 3]);

/** What every recurrent layer of 3 inputs keeps, with its parameters in float64. */
export function recurrentContract<P extends Tree>(layer: Layer<P, Sequences>, params: P): void {
  test('steps of padding, wherever they are, change nothing and give zeros', () => {
    const mask = torch.tensor([0, 1, 1, 0, 1, 1, 1, 0]);
    const kept = torch.tensor([1, 2, 4, 5, 6], { dtype: 'int64' });
    const filled = torch.full([4, 8, 3], 7, { dtype: 'float64' }).indexCopy(1, kept, x);
    // Any number but zero stands for a step.
    const marked = mask.mul(torch.tensor([1, -1, 2, 1, 0.5, 1, 1, 1])).expand([4, 8]);
    const y = layer.apply(params, { x: filled, mask: marked });
    expectClose(y.indexSelect(1, kept), layer.apply(params, { x }));
    expect(Number(y.mul(mask.eq(0).unsqueeze(-1)).abs().max().item())).toBe(0);
  });

  test('is twice differentiable with respect to parameters and input', () => {
    const entries = Object.entries(flattenTree(params));
    const mask = torch.tensor([
      [1, 1, 0],
      [1, 1, 1],
    ]);
    expectGradients(
      (input, ...weights) => {
        const flat = Object.fromEntries(entries.map(([path], i) => [path, weights[i] as Tensor]));
        return layer.apply(unflattenTree(flat, params), { x: input as Tensor, mask });
      },
      [float64([2, 3, 3]), ...entries.map(([, w]) => w)],
    );
  });

  test('takes parameters with a task axis', () => {
    const texts = x.unsqueeze(0).expand([2, 4, 5, 3]);
    const y = layer.apply(expandTasks(params, 2), { x: texts });
    expectClose(y.select(0, 1), layer.apply(params, { x }));
  });
}
