import {
  type Candidate,
  maml,
  nearestClassMean,
  prototypical,
  queryAccuracy,
  selectLearner,
  sineTasks,
  taskMse,
} from '../../lib/meta';
import { linear, mlp } from '../../lib/nn';
import { torch } from '../../lib/torch';
import { queryLoss } from './support/contract';
import { parametersOf, randomEpisodes } from './support/support';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const mean = nearestClassMean({ encoder });
const networks = prototypical({ encoder });
const frozen = maml({
  model: linear({ inFeatures: 4, outFeatures: 3 }),
  innerLearningRate: 0.1,
  innerSteps: 0,
});
const candidates: Record<string, Candidate> = {
  frozen: { learner: frozen, params: parametersOf(frozen, 1) },
  prototypical: { learner: networks, params: parametersOf(networks, 2) },
  mean: { learner: mean, params: parametersOf(mean, 3) },
};
const makeBatch = (seed: number) => () => randomEpisodes(torch.generator(seed), { tasks: 5 });
const batches = [1, 2, 3, 4].map(makeBatch);

test('scores every candidate on the same episodes and takes the best', () => {
  const { best, scores, margins } = selectLearner(candidates, batches);
  const own = batches.flatMap((make) =>
    queryAccuracy(networks, candidates.prototypical?.params as never, make),
  );
  expect(scores.prototypical).toEqual(own);
  const sums = Object.entries(scores).map(
    ([name, values]) => [name, values.reduce((a, b) => a + b, 0)] as const,
  );
  const [first, second, last] = [...sums].sort(([, a], [, b]) => b - a);
  expect(best).toBe(first?.[0]);
  expect(last?.[0]).toBe('frozen');
  expect(margins).toHaveLength(20);
  const margin = margins.reduce((a, b) => a + b, 0);
  expect(margin).toBeCloseTo((first?.[1] ?? 0) - (second?.[1] ?? 0), 10);
});

test('chooses regressors by another score, and leaves nothing behind', () => {
  const regressor = maml({
    model: mlp({ sizes: [1, 8, 1] }),
    loss: taskMse,
    innerLearningRate: 0.02,
  });
  const zero = regressor.init(torch.generator(1));
  const wild = regressor.init(torch.generator(2));
  for (const { weight } of wild.model) weight.copy_(weight.mul(6));
  const before = torch.memory().tensors;
  const { best } = selectLearner(
    { wild: { learner: regressor, params: wild }, zero: { learner: regressor, params: zero } },
    [() => sineTasks(torch.generator(3))],
    ({ learner, params }, episodes) => [-queryLoss(learner, params, episodes)],
  );
  expect(best).toBe('zero');
  expect(torch.memory().tensors).toBe(before);
});

test.each([
  [
    ['lost', 'bad', 'good'],
    [Number.NaN, -3, -1],
  ],
  [
    ['bad', 'lost', 'good'],
    [-3, Number.NaN, -1],
  ],
])('a learner that diverged is never chosen over others: %j', (names, scores) => {
  const { learner, params } = candidates.mean as Candidate;
  const each = names.map((name) => [name, { learner: { ...learner }, params }] as const);
  const byName = Object.fromEntries(each);
  const { best } = selectLearner(byName, batches.slice(0, 1), ({ learner: own }) => [
    scores[names.findIndex((name) => byName[name]?.learner === own)] as number,
  ]);
  expect(best).toBe('good');
});

test('of equals it takes the first; it needs candidates and episodes', () => {
  const same = { a: candidates.mean as Candidate, b: candidates.mean as Candidate };
  expect(selectLearner(same, batches.slice(0, 1)).best).toBe('a');
  expect(selectLearner({ a: same.a }, batches.slice(0, 1)).margins).toEqual([]);
  expect(() => selectLearner({}, batches)).toThrow(RangeError);
  expect(() => selectLearner(same, [])).toThrow(RangeError);
});

test.each([
  [
    'nothing',
    () => undefined,
    'an array of numbers for the scores of frozen but received undefined',
  ],
  ['a number', () => 0.5, 'an array of numbers'],
  ['an empty array', () => [], 'an array of numbers'],
  ['strings', () => ['1'], 'an array of numbers'],
  ['holes', () => new Array(5), 'an array of numbers'],
  [
    'more for one than for another',
    ({ learner }: Candidate) => (learner === networks ? [1] : [1, 2]),
    '2 of them, as of the others, for the scores of prototypical',
  ],
])('refuses scores that are %s', (_, score, message) => {
  expect(() => selectLearner(candidates, batches, score as never)).toThrow(`Expected ${message}`);
});

test('refuses batches that are no episodes', () => {
  expect(() => selectLearner(candidates, [() => ({}) as never])).toThrow('support labels');
});
