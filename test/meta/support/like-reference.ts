import {
  type Episodes,
  type Examples,
  type Learner,
  queryLogits,
  taskCrossEntropy,
} from '../../../lib/meta';
import { flattenTree, type Tensor, type Tree, torch } from '../../../lib/torch';
import { expectSame } from '../metric/expect-same';
import { parametersOf, randomEpisodes } from './support';

const PRECISIONS = [
  ['float64', 1e-10],
  ['float32', 1e-5],
] as const;

/**
 * A learner's logits and gradients equal those of a plain form of it, for one task at a time, in both
 * precisions and with support rows in an order of their own.
 */
export function itEqualsItsReference<P extends Tree, A>(
  learner: Learner<P, A>,
  reference: (params: P, support: Examples, queries: Tensor) => Tensor,
): void {
  test.each(PRECISIONS)('equals the plain form in %s, gradients too', (dtype, tolerance) => {
    const params = parametersOf(learner, 3, dtype);
    const all = Object.values(flattenTree(params));
    const { ways, support, query } = randomEpisodes(torch.generator(4), { shots: 3 });
    const order = torch.rand([3, 9], { generator: torch.generator(5) }).argsort(1);
    const episodes: Episodes = {
      ways,
      support: {
        inputs: support.inputs.to(dtype).gather(1, order.unsqueeze(-1).expand([3, 9, 4])),
        labels: support.labels.gather(1, order),
      },
      query: { ...query, inputs: query.inputs.to(dtype) },
    };
    const { logits } = queryLogits(learner, params, episodes, { differentiable: true });
    const plain = torch.stack(
      [0, 1, 2].map((t) => {
        const { inputs, labels } = episodes.support;
        const own = { inputs: inputs.select(0, t), labels: labels.select(0, t) };
        return reference(params, own, episodes.query.inputs.select(0, t));
      }),
    );
    expectSame(logits, plain, tolerance);
    const gradients = (own: Tensor) =>
      torch.gradOrNull(taskCrossEntropy(own, query.labels).sum(), all);
    const exact = gradients(plain);
    for (const [i, gradient] of gradients(logits).entries()) {
      const other = exact[i];
      if (gradient && other) expectSame(gradient, other, tolerance);
      else expect(gradient ?? null).toBe(other ?? null);
    }
  });
}
