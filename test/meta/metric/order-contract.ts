import {
  type Episodes,
  type Examples,
  type Learner,
  metaGradient,
  queryLogits,
} from '../../../lib/meta/index';
import { flattenTree, type Tensor, type Tree, torch } from '../../../lib/torch/index';
import { expectSame } from './expect-same';

type Ordered<P extends Tree, A> = {
  learner: Learner<P, A>;
  params: P;
  /** Of 3 ways. */
  episodes: Episodes;
  orderFree: boolean;
  symmetricInLabels: boolean;
};

/** What the order of rows and of labels may mean to a learner. */
export function itKeepsOrders<P extends Tree, A>({
  learner,
  params,
  episodes,
  orderFree,
  symmetricInLabels,
}: Ordered<P, A>): void {
  const logitsOf = (own: Episodes) => queryLogits(learner, params, own).logits;
  const plain = logitsOf(episodes);

  test('queries in another order have their logits in that order, and the same loss', () => {
    for (const seed of ORDERS) {
      const query = reordered(episodes.query, seed);
      const order = orderOf(episodes.query, seed).unsqueeze(-1).expand(plain.shape);
      expectSame(logitsOf({ ...episodes, query }), plain.gather(1, order));
      const other = metaGradient(learner, params, { ...episodes, query }).loss;
      expect(other).toBeCloseTo(metaGradient(learner, params, episodes).loss, 12);
    }
  });

  if (orderFree) {
    test('the order of the support set does not matter', () => {
      for (const seed of ORDERS) {
        const support = reordered(episodes.support, seed);
        expectSame(logitsOf({ ...episodes, support }), plain);
        const other = metaGradient(learner, params, { ...episodes, support });
        const { loss, gradients } = metaGradient(learner, params, episodes);
        expect(other.loss).toBeCloseTo(loss, 12);
        const own = flattenTree(other.gradients);
        for (const [path, gradient] of Object.entries(flattenTree(gradients))) {
          expectSame(own[path] ?? gradient.zerosLike(), gradient, 1e-9);
        }
      }
    });
  } else {
    test('the order of the support set matters, as in the paper', () => {
      const other = logitsOf({ ...episodes, support: reordered(episodes.support, 1) });
      expect(Number(other.sub(plain).abs().max().item())).toBeGreaterThan(1e-6);
    });
  }

  if (symmetricInLabels) {
    test('permuted labels permute the logits', () => {
      const { inputs, labels } = episodes.support;
      const renamed = { inputs, labels: labels.add(1).remainder(3) };
      const permuted = logitsOf({ ...episodes, support: renamed });
      expectSame(permuted.roll([-1], [-1]), plain);
    });
  }
}

const ORDERS = [1, 2, 3];

/** An order of its own for the rows of every task. */
function orderOf({ labels }: Examples, seed: number): Tensor {
  return torch.rand(labels.shape, { generator: torch.generator(seed) }).argsort(1);
}

function reordered(examples: Examples, seed: number): Examples {
  const { inputs, labels } = examples;
  const order = orderOf(examples, seed);
  return {
    inputs: inputs.gather(1, order.unsqueeze(-1).expand(inputs.shape)),
    labels: labels.gather(1, order),
  };
}
