import {
  graphNetwork,
  induction,
  type Learner,
  mann,
  matching,
  metaGradient,
  metaOptNet,
  nearestClassMean,
  prototypical,
  queryLogits,
  r2d2,
  relation,
  relationLoss,
  snail,
  type TaskLoss,
  taskAccuracy,
} from '../../lib/meta';
import { linear, mlp } from '../../lib/nn';
import { flattenTree, type Tree, torch } from '../../lib/torch';
import { treeDistance } from './support/contract';
import { parametersOf, randomEpisodes } from './support/support';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const fixed = { encoder, dimensions: 5, ways: 3 };
const episodes = randomEpisodes(torch.generator(1));

/** ½ Σ p² over the classes but the right one, the mean over queries. */
const loss: TaskLoss = (logits, labels) => {
  const wrong = labels.unsqueeze(-1).ne(torch.arange(logits.size(2)));
  return logits.softmax(-1).square().mul(wrong).sum([2]).mean([1]).mul(0.5);
};

function itTakesALoss<P extends Tree, A>(make: (own: { loss?: TaskLoss }) => Learner<P, A>): void {
  const learner = make({ loss });
  const params = parametersOf(learner, 2);
  const found = metaGradient(learner, params, episodes);
  const recorded = { training: true, differentiable: true };
  const { logits, labels } = queryLogits(make({}), params, episodes, recorded);
  const exact = loss(logits, labels).mean();
  expect(found.loss).toBeCloseTo(Number(exact.item()), 12);
  const used = Object.entries(flattenTree(params));
  const gradients = torch.gradOrNull(
    exact,
    used.map(([, tensor]) => tensor),
  );
  const all = Object.fromEntries(
    used.map(([path, tensor], i) => [path, gradients[i] ?? tensor.zerosLike()]),
  );
  expect(treeDistance(flattenTree(found.gradients), all)).toBeLessThan(1e-12);
  // Labels are classes whatever the loss.
  expect(found.accuracy).toBeCloseTo(Number(taskAccuracy(logits, labels).mean().item()), 6);
}

test.each([
  ['prototypical', () => itTakesALoss((own) => prototypical({ encoder, ...own }))],
  ['nearestClassMean', () => itTakesALoss((own) => nearestClassMean({ encoder, ...own }))],
  ['matching', () => itTakesALoss((own) => matching({ encoder, ...own }))],
  ['graphNetwork', () => itTakesALoss((own) => graphNetwork({ ...fixed, ...own }))],
  ['r2d2', () => itTakesALoss((own) => r2d2({ encoder, ...own }))],
  ['metaOptNet', () => itTakesALoss((own) => metaOptNet({ encoder, ...own }))],
  ['mann', () => itTakesALoss((own) => mann({ ...fixed, slots: 8, ...own }))],
  ['snail', () => itTakesALoss((own) => snail({ ...fixed, length: 7, ...own }))],
  ['induction', () => itTakesALoss((own) => induction({ encoder, dimensions: 5, ...own }))],
  [
    'relation',
    () =>
      itTakesALoss((own) => relation({ encoder, relation: mlp({ sizes: [10, 4, 1] }), ...own })),
  ],
] as const)('%s trains by the loss that is given', (_, check) => check());

test('relation and induction keep the loss of their papers without one', () => {
  const module = mlp({ sizes: [10, 1] });
  expect(relation({ encoder, relation: module }).loss).toBe(relationLoss);
  expect(induction({ encoder, dimensions: 5 }).loss).toBe(relationLoss);
});

test('mann takes it for sequences too', () => {
  const learner = mann({ ...fixed, slots: 8, trainOn: 'sequence', loss });
  const params = parametersOf(learner, 2);
  const whole = {
    inputs: torch.cat([episodes.support.inputs, episodes.query.inputs], 1),
    labels: torch.cat([episodes.support.labels, episodes.query.labels], 1),
  };
  const order = torch.rand([3, 12], { generator: torch.generator(7) }).argsort(1);
  const shuffled = {
    inputs: whole.inputs.gather(1, order.unsqueeze(-1).expand([-1, -1, 4])),
    labels: whole.labels.gather(1, order),
  };
  const exact = loss(learner.sequence(params, shuffled), shuffled.labels).mean();
  const found = metaGradient(learner, params, episodes, { generator: torch.generator(7) });
  expect(found.loss).toBeCloseTo(Number(exact.item()), 12);
});

test('what is no function is refused', () => {
  expect(() => prototypical({ encoder, loss: 'mse' as unknown as TaskLoss })).toThrow(
    "Expected a function for loss of prototypical but received string 'mse'",
  );
});
