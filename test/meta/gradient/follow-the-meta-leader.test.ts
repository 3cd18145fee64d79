import {
  type Episodes,
  followTheMetaLeader,
  maml,
  metaGradient,
  queryAccuracy,
  reptile,
  sineTasks,
  taskMse,
  taskSimilarity,
} from '../../../lib/meta/index';
import { dropout, linear, mlp, sequential } from '../../../lib/nn/index';
import { adam, sgd } from '../../../lib/optim/index';
import { leaves, mapTree, type Tensor, torch } from '../../../lib/torch/index';
import { distance, queryLoss, treeDistance } from '../support/contract';
import { parametersOf, randomEpisodes, smoothModel } from '../support/support';

const learner = maml({ model: smoothModel(4, 3), innerLearningRate: 0.3, innerSteps: 2 });
const params = parametersOf(learner, 1);
const rounds = [0, 1, 2, 3].map((seed) => randomEpisodes(torch.generator(seed), { tasks: 2 }));
const one = rounds[0] as Episodes;

test('similarity is the cosine', () => {
  const [a, b] = [torch.tensor([1, 2, 2]), torch.tensor([-2, -4, -4])];
  expect(taskSimilarity(a, a)).toBeCloseTo(1, 6);
  expect(taskSimilarity(a, b)).toBeCloseTo(-1, 6);
  expect(taskSimilarity(a, torch.tensor([2, -1, 0]))).toBeCloseTo(0, 6);
  expect(taskSimilarity(a, a.zerosLike())).toBe(0);
});

test('a round judges before it learns, then takes meta-steps on new and reused tasks', () => {
  const online = followTheMetaLeader({
    learner,
    optimizer: sgd({ learningRate: 0.1 }),
    metaSteps: 1,
    reuse: 1,
  });
  const first = online.round(online.init(params), one);
  expect(first.loss).toBeCloseTo(metaGradient(learner, params, one).loss, 12);
  expect(first.reused).toEqual([]);
  const step = mapTree(
    ([w, g]) => w.sub(g, { alpha: 0.1 }),
    params,
    metaGradient(learner, params, one).gradients,
  );
  expect(treeDistance(first.state.params, step)).toBeLessThan(1e-12);
  const next = rounds[1] as Episodes;
  const second = online.round(first.state, next);
  expect(second.reused).toEqual([0]);
  const at = first.state.params;
  const [a, b] = [one, next].map((episodes) => metaGradient(learner, at, episodes).gradients);
  if (!a || !b) throw new Error('no gradients');
  const mean = mapTree(([w, x, y]) => w.sub(x.add(y), { alpha: 0.05 }), at, a, b);
  expect(treeDistance(second.state.params, mean)).toBeLessThan(1e-12);
});

test('judges Reptile on query sets it has not trained on, and lets it draw', () => {
  const drawing = reptile({
    model: smoothModel(4, 3),
    optimizer: sgd({ learningRate: 0.3 }),
    batchSize: 4,
  });
  const online = followTheMetaLeader({ learner: drawing, optimizer: sgd({ learningRate: 1 }) });
  const at = parametersOf(drawing, 1);
  const { loss, accuracy } = online.round(online.init(at), one, { generator: torch.generator(2) });
  expect(loss).toBeCloseTo(queryLoss(drawing, at, one), 12);
  const each = queryAccuracy(drawing, at, one);
  expect(accuracy).toBeCloseTo(each.reduce((sum, value) => sum + value, 0) / each.length, 6);
});

test('judges and describes without dropping, learns with it', () => {
  const model = sequential(dropout({ p: 0.5 }), linear({ inFeatures: 4, outFeatures: 3 }));
  const dropping = maml({ model, innerLearningRate: 0.3, innerSteps: 1 });
  const online = followTheMetaLeader({ learner: dropping, optimizer: sgd({ learningRate: 0.1 }) });
  const at = parametersOf(dropping, 1);
  const round = (seed: number) =>
    online.round(online.init(at), one, { generator: torch.generator(seed) });
  const [first, second] = [round(1), round(2)];
  expect(first.loss).toBe(second.loss);
  const [a, b] = [first, second].map(({ state }) => state.seen[0]?.description);
  const { gradients } = metaGradient(dropping, at, one, { training: false });
  const flat = torch.cat(leaves(gradients).map((g) => g.flatten()));
  for (const description of [a, b]) expect(distance(description as Tensor, flat)).toBe(0);
  expect(treeDistance(first.state.params, second.state.params)).toBeGreaterThan(1e-3);
});

test('reuses the most similar of the earlier tasks', () => {
  const descriptions = [
    [1, 0],
    [0, 1],
    [1, 1],
    [1, 0.2],
  ].map((values) => torch.tensor(values));
  const online = followTheMetaLeader({
    learner,
    optimizer: sgd({ learningRate: 0.1 }),
    metaSteps: 0,
    reuse: 2,
    describe: (_, episodes) => descriptions[rounds.indexOf(episodes)] ?? torch.zeros([2]),
  });
  let state = online.init(params);
  let reused: number[] = [];
  for (const episodes of rounds) ({ state, reused } = online.round(state, episodes));
  expect(reused).toEqual([0, 2]);
  expect(treeDistance(state.params, params)).toBe(0);
});

test('takes ten meta-steps and four of the earlier batches unless told otherwise, of equals the newest', () => {
  const optimizer = sgd({ learningRate: 0.1 });
  const describe = () => torch.ones([2]);
  const online = followTheMetaLeader({ learner, optimizer, describe });
  const explicit = followTheMetaLeader({ learner, optimizer, describe, metaSteps: 10, reuse: 4 });
  const [start, same] = [online.init(params), explicit.init(params)];
  const next = online.round(start, one).state;
  expect(treeDistance(next.params, explicit.round(same, one).state.params)).toBe(0);
  const seen = Array.from({ length: 6 }, () => ({ episodes: one, description: torch.ones([2]) }));
  expect(online.round({ ...start, seen }, one).reused).toEqual([5, 4, 3, 2]);
});

test('the tasks of batches of other sizes count the same', () => {
  const online = followTheMetaLeader({
    learner,
    optimizer: sgd({ learningRate: 1 }),
    metaSteps: 1,
    reuse: 1,
  });
  const big = randomEpisodes(torch.generator(9), { tasks: 6, shots: 3 });
  const state = online.init(params);
  const seen = [{ episodes: big, description: torch.ones([28]) }];
  const moved = online.round({ ...state, seen }, one).state.params;
  const [a, b] = [one, big].map((batch) => metaGradient(learner, params, batch).gradients);
  if (!a || !b) throw new Error('no gradients');
  const exact = mapTree(([w, x, y]) => w.sub(x.mul(2 / 8)).sub(y.mul(6 / 8)), params, a, b);
  expect(treeDistance(moved, exact)).toBeLessThan(1e-12);
});

test('tasks of one kind are similar by their meta-gradients', () => {
  const online = followTheMetaLeader({
    learner,
    optimizer: sgd({ learningRate: 0.1 }),
    metaSteps: 0,
  });
  const twice = [one, rounds[1], one].reduce(
    (state, episodes) => online.round(state, episodes as Episodes).state,
    online.init(params),
  );
  const [a, b, c] = twice.seen.map(({ description }) => description);
  if (!a || !b || !c) throw new Error('nothing seen');
  expect(taskSimilarity(a, c)).toBeCloseTo(1, 12);
  expect(taskSimilarity(a, b)).toBeLessThan(0.999);
});

test('leaves the earlier state as it is, and no tensor behind', () => {
  const online = followTheMetaLeader({ learner, optimizer: adam(), metaSteps: 3 });
  const state = online.init(params);
  const values = leaves(state.params).map((tensor) => tensor.tolist());
  const before = torch.memory().tensors;
  const { state: next } = online.round(state, one);
  expect(leaves(state.params).map((tensor) => tensor.tolist())).toEqual(values);
  // Parameters and the optimizer's state, and the description.
  const made = leaves([next.params, next.optimizer]).length + 1;
  expect(torch.memory().tensors - before).toBe(made);
  expect(distance(next.params.model.w, state.params.model.w)).toBeGreaterThan(0);
});

test('learns as rounds go by', () => {
  const regression = maml({
    model: mlp({ sizes: [1, 20, 20, 1] }),
    loss: taskMse,
    innerLearningRate: 0.01,
    innerSteps: 1,
  });
  const online = followTheMetaLeader({
    learner: regression,
    optimizer: adam({ learningRate: 0.005 }),
    reuse: 8,
  });
  const generator = torch.generator(5);
  let state = online.init(regression.init(generator));
  const losses: number[] = [];
  for (let round = 0; round < 40; round++) {
    const next = online.round(state, sineTasks(generator, { tasks: 4 }));
    losses.push(next.loss);
    state = next.state;
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)) / 1.5);
});

test('refuses counts that are none', () => {
  const optimizer = sgd({ learningRate: 0.1 });
  expect(() => followTheMetaLeader({ learner, optimizer, metaSteps: -1 })).toThrow(RangeError);
  expect(() => followTheMetaLeader({ learner, optimizer, reuse: 0.5 })).toThrow(RangeError);
});
