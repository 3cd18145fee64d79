import { metaGradient, metaNetworks, queryLogits, taskCrossEntropy } from '../../../lib/meta/index';
import { embeddingLoss } from '../../../lib/meta/memory/meta-networks';
import { linear, mlp, sequential, tanh } from '../../../lib/nn/index';
import { flattenTree, leaves, mapTree, type Tree, torch } from '../../../lib/torch/index';
import { expectGradients, float64 } from '../../helpers/gradients';
import {
  describeContract,
  distance,
  expectDerivative,
  queryLoss,
  treeDistance,
} from '../support/contract';
import { centralDifference, parametersOf, randomEpisodes } from '../support/support';

const episodes = randomEpisodes(torch.generator(3));
const model = linear({ inFeatures: 4, outFeatures: 3 });
const encoder = linear({ inFeatures: 4, outFeatures: 4 });
const representation = sequential(linear({ inFeatures: 4, outFeatures: 2 }), tanh());
const options = { model, encoder, representation, hiddenSize: 3 };
const learner = metaNetworks(options);
const params = parametersOf(learner, 4);

describeContract({ learner, params, episodes });

const silent = <T extends Tree>(tree: T): T => mapTree(([w]) => w.zerosLike(), tree);

test('without fast weights it is the base learner', () => {
  const slow = {
    ...params,
    exampleNet: silent(params.exampleNet),
    taskNet: silent(params.taskNet),
  };
  const plain = model.apply(params.model, encoder.apply(params.encoder, episodes.query.inputs));
  expect(distance(queryLogits(learner, slow, episodes).logits, plain)).toBeLessThan(1e-14);
});

test('fast weights of one example are used in full, those of several by attention', () => {
  const adapted = learner.adapt(params, episodes.support, 3);
  expect(adapted.memory.shape).toEqual([3, 6, 15]);
  expect(adapted.keys.shape).toEqual([3, 6, 2]);
  const x = encoder.apply(params.encoder, episodes.query.inputs);
  const u = (own: typeof adapted.slow) => representation.apply(own, x);
  const queries = u(params.representation).add(u(adapted.fast));
  const cosines = torch.cosineSimilarity(queries.unsqueeze(2), adapted.keys.unsqueeze(1), -1);
  const fast = cosines.softmax(-1).bmm(adapted.memory);
  const weight = fast.narrow(2, 0, 12).unflatten(2, [3, 4]);
  const extra = weight
    .matmul(x.unsqueeze(-1))
    .squeeze(-1)
    .add(fast.narrow(2, 12, 3));
  const expected = model.apply(params.model, x).add(extra);
  const logits = learner.predict(adapted, episodes.query.inputs);
  expect(distance(logits, expected)).toBeLessThan(1e-10);
});

test('the memory is made of the gradients of single examples, the keys of both weights', () => {
  const adapted = learner.adapt(params, episodes.support, 3);
  const x = encoder.apply(params.encoder, episodes.support.inputs).detach();
  const u = (own: typeof adapted.slow) => representation.apply(own, x);
  expect(distance(adapted.keys, u(params.representation).add(u(adapted.fast)))).toBeLessThan(1e-14);
  const [task, row] = [2, 4];
  const one = x.select(0, task).narrow(0, row, 1);
  const label = episodes.support.labels.select(0, task).narrow(0, row, 1);
  const slopes = torch.grad(model.apply(params.model, one).crossEntropyLoss(label), params.model);
  const flat = torch.cat(leaves(slopes).map((g) => g.flatten()));
  // As the networks see numbers: (log|g|/10, sign g), all of these being above e⁻¹⁰.
  expect(Number(flat.abs().min().item())).toBeGreaterThan(Math.exp(-10));
  const seen = torch.stack([flat.abs().log().div(10), flat.sign()], -1);
  const made = mlp({ sizes: [2, 3, 3, 1] })
    .apply(params.exampleNet, seen)
    .squeeze(-1);
  expect(distance(adapted.memory.select(0, task).select(0, row), made)).toBeLessThan(1e-12);
});

test('has networks of twenty, a margin of 1 and fast weights near zero unless told otherwise', () => {
  const plain = metaNetworks({ model, encoder, representation });
  const { exampleNet, taskNet } = plain.init(torch.generator(1));
  expect(exampleNet[0]?.weight.shape).toEqual([20, 2]);
  expect(taskNet.lstm.weightHh.shape).toEqual([80, 20]);
  expect(Number(exampleNet.at(-1)?.weight.abs().max().item())).toBeLessThan(0.1 / Math.sqrt(20));
  const fast = (margin?: number) =>
    metaNetworks({ ...options, ...(margin !== undefined && { margin }) }).adapt(
      params,
      episodes.support,
      3,
    ).fast;
  expect(treeDistance(fast(), fast(1))).toBe(0);
  expect(treeDistance(fast(), fast(2))).toBeGreaterThan(1e-6);
});

test('takes a loss of its own, in both loops', () => {
  const loss: typeof taskCrossEntropy = (logits, labels) => taskCrossEntropy(logits, labels).mul(3);
  const own = metaNetworks({ ...options, loss });
  expect(own.loss).toBe(loss);
  const memory = (of: typeof learner) => of.adapt(params, episodes.support, 3).memory;
  expect(distance(memory(own), memory(learner))).toBeGreaterThan(1e-6);
});

test('of second order the meta-gradient agrees with central differences', () => {
  expectDerivative(metaNetworks({ ...options, firstOrder: false }), params, episodes);
});

test('of first order so do the gradients of the networks that make fast weights', () => {
  const { gradients } = metaGradient(learner, params, episodes);
  const exact = metaGradient(metaNetworks({ ...options, firstOrder: false }), params, episodes);
  for (const name of ['exampleNet', 'taskNet'] as const) {
    expect(treeDistance(gradients[name], exact.gradients[name])).toBeLessThan(1e-12);
  }
  expect(treeDistance(gradients.model, exact.gradients.model)).toBeGreaterThan(1e-6);
  const { weight } = params.taskNet.output;
  const numeric = centralDifference(() => queryLoss(learner, params, episodes), weight, 0, 1e-5);
  const found = Number(
    flattenTree(gradients)['taskNet.output.weight']?.flatten().select(0, 0).item(),
  );
  expect(found).toBeCloseTo(numeric, 8);
});

describe('the loss of representations', () => {
  const labels = torch.tensor([[0n, 0n, 1n, -100n]]);

  test('pulls one class together and pushes others to the margin', () => {
    const rows = torch.tensor(
      [
        [
          [0, 0],
          [3, 4],
          [0, 0.6],
          [9, 9],
        ],
      ],
      { dtype: 'float64' },
    );
    // Pairs both ways: same 25; 0.6 apart within the margin of 1; far apart.
    const near = (25 + 0.4 ** 2 + 0) / 6;
    expect(Number(embeddingLoss(rows, labels, 1).item())).toBeCloseTo(near, 12);
    // Within a margin of 2 the other lies 1.4 too near, and 3, 4 is still beyond it.
    const wider = (25 + 1.4 ** 2) / 6;
    expect(Number(embeddingLoss(rows, labels, 2).item())).toBeCloseTo(wider, 12);
  });

  test('is 0 where there are no pairs, and its gradients are right', () => {
    const lone = torch.tensor([[2n, -100n, -100n, -100n]]);
    expect(embeddingLoss(float64([1, 4, 2]), lone, 1).item()).toBe(0);
    expectGradients((rows) => embeddingLoss(rows, labels, 3), [float64([1, 4, 2], 5)]);
  });

  test('does not depend on where the representations lie', () => {
    const rows = torch.randn([1, 4, 2], { generator: torch.generator(1) });
    const moved = embeddingLoss(rows.add(3000), labels, 3);
    const plain = embeddingLoss(rows.add(3000).to('float64'), labels, 3);
    expect(Number(moved.item())).toBeCloseTo(Number(plain.item()), 5);
  });
});
