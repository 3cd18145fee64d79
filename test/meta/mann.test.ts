import { IGNORED, mann, metaGradient } from '../../lib/meta';
import { access, readAfterWriting } from '../../lib/meta/least-recently-used';
import { linear, trainable } from '../../lib/nn';
import { adam } from '../../lib/optim';
import { type Tensor, torch } from '../../lib/torch';
import { expectGradients, float64 } from '../helpers/gradients';
import { expectSame, itKeepsTheContract } from './metric-contract';
import { expectLikePyTorch, metricCase } from './metric-fixture';
import { parametersOf, randomEpisodes } from './support';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const sizes = { dimensions: 5, ways: 3, hiddenSize: 6, slots: 7, wordSize: 4, reads: 2 };
const learner = mann({ encoder, ...sizes, decay: 0.9 });

test('equals PyTorch after the support set, and at each of its steps', () => {
  expectLikePyTorch(learner, 'mann');
  const { own, params, episodes } = metricCase(learner, 'mann');
  const exact = torch.tensor(own.sequence ?? [], { dtype: 'float64' });
  expectSame(learner.sequence(params, episodes.support), exact);
});

itKeepsTheContract(learner, { orderFree: false, symmetricInLabels: false, anyWays: false });

test('an answer does not depend on its own label, only on those before', () => {
  const { support } = randomEpisodes(torch.generator(1));
  const params = parametersOf(learner, 2);
  const other = { ...support, labels: support.labels.clone() };
  other.labels.select(1, 3).fill_(0n);
  const [a, b] = [support, other].map((own) => learner.sequence(params, own));
  if (!a || !b) throw new Error('no logits');
  expectSame(a.narrow(1, 0, 4), b.narrow(1, 0, 4), 0);
  expect(Number(a.select(1, 4).sub(b.select(1, 4)).abs().max().item())).toBeGreaterThan(1e-9);
});

const PLAIN = { decay: 0.5, keyStrength: 1 };

describe('least recently used access', () => {
  const state = {
    memory: float64([1, 3, 2], 1),
    read: torch.zeros([1, 2], { dtype: 'float64' }),
    readWeights: torch.tensor([[[0.2, 0.3, 0.5]]], { dtype: 'float64' }),
    usage: torch.tensor([[0.5, 0.1, 0.9]], { dtype: 'float64' }),
  };
  const key = torch.tensor([[[1, -2]]], { dtype: 'float64' });
  const gate = (value: number) => torch.full([1, 1, 1], value, { dtype: 'float64' });

  test('with a closed gate replaces the least used slot by the key', () => {
    const { memory, usage } = access(state, key, gate(0), PLAIN);
    const exact = state.memory.clone();
    exact.select(1, 1).copy_(key.select(1, 0));
    expectSame(memory, exact);
    const weights = torch.cosineSimilarity(key, exact, -1).softmax(-1);
    const written = torch.tensor([[0, 1, 0]], { dtype: 'float64' });
    expectSame(usage, state.usage.mul(0.5).add(weights).add(written));
  });

  test('with an open gate adds the key where it read before', () => {
    const { memory } = access(state, key, gate(1), PLAIN);
    const kept = state.memory.mul(torch.tensor([[1], [0], [1]]));
    expectSame(memory, kept.add(state.readWeights.mT.bmm(key)));
  });

  test('is twice differentiable', () => {
    expectGradients(
      (...[memory, weights, keys, open]) => {
        if (!memory || !weights || !keys || !open) throw new Error('too few inputs');
        const next = access({ ...state, memory, readWeights: weights }, keys, open, PLAIN);
        return torch.cat([next.read.flatten(), next.usage.flatten(), next.memory.flatten()]);
      },
      [state.memory, state.readWeights, key, gate(0.3)],
    );
  });
});

test.each([1, 3])('a query reads as the next step would, with β = %d', (keyStrength) => {
  const rule = { decay: 0.5, keyStrength };
  const [memory, keys] = [float64([2, 5, 3], 1), float64([2, 4, 2, 3], 2)];
  const readWeights = float64([2, 2, 5], 3).softmax(-1);
  const state = { memory, readWeights, read: float64([2, 6], 4), usage: float64([2, 5], 5) };
  const open = float64([2, 4, 2, 1], 6).sigmoid();
  const together = readAfterWriting(state, keys, open, rule);
  for (let q = 0; q < 4; q++) {
    const { read } = access(state, keys.select(1, q), open.select(1, q), rule);
    expectSame(together.select(1, q), read);
  }
});

test('a query of an empty memory has finite gradients', () => {
  const like = { dtype: 'float64' } as const;
  const empty = {
    memory: torch.zeros([1, 5, 3], like),
    readWeights: torch.zeros([1, 2, 5], like),
    read: torch.zeros([1, 6], like),
    usage: torch.zeros([1, 5], like),
  };
  const keys = float64([1, 4, 2, 3], 2).requiresGrad_();
  const open = torch.full([1, 4, 2, 1], 0.5, like);
  const read = readAfterWriting(empty, keys, open, { keyStrength: 1 });
  expectSame(read.select(1, 0), access(empty, keys.select(1, 0), open.select(1, 0), PLAIN).read);
  expect(torch.grad(read.sum(), keys).isfinite().all().item()).toBe(true);
});

describe('training on sequences', () => {
  const paper = mann({ encoder, ...sizes, trainOn: 'sequence' });
  const params = parametersOf(paper, 2);
  const episodes = randomEpisodes(torch.generator(1));

  test('is the gradient of the loss at every step, in an order that the generator draws', () => {
    const options = { generator: torch.generator(7) };
    const { loss, gradients } = metaGradient(paper, params, episodes, options);
    const cat = (of: 'inputs' | 'labels') =>
      torch.cat([episodes.support[of], episodes.query[of]], 1);
    const order = torch.rand([3, 12], { generator: torch.generator(7) }).argsort(1);
    const inputs = cat('inputs').gather(1, order.unsqueeze(-1).expand([-1, -1, 4]));
    const labels = cat('labels').gather(1, order);
    const logits = paper.sequence(params, { inputs, labels }, { differentiable: true });
    const exact = logits.flatten(0, 1).crossEntropyLoss(labels.flatten());
    expect(loss).toBeCloseTo(Number(exact.item()), 12);
    expectSame(gradients.key.weight, torch.grad(exact, params.key.weight), 1e-10);
  });

  test('does not count rows that only fill up', () => {
    const labels = episodes.query.labels.clone();
    labels.select(1, 1).fill_(BigInt(IGNORED));
    const filled = (inputs: Tensor) =>
      metaGradient(
        paper,
        params,
        { ...episodes, query: { inputs, labels } },
        { generator: torch.generator(7) },
      ).loss;
    const other = episodes.query.inputs.clone();
    other.select(1, 1).fill_(9);
    expect(filled(other)).toBeCloseTo(filled(episodes.query.inputs), 12);
  });

  test('refuses labels that do not name the rows', () => {
    const { query } = episodes;
    const own = { ...episodes, query: { ...query, labels: query.labels.narrow(1, 0, 1) } };
    const meta = () => metaGradient(paper, params, own, { generator: torch.generator(7) });
    expect(meta).toThrow('Expected [3, 6] for the labels of mann but received [3, 1]');
    expect(() => paper.sequence(params, own.query)).toThrow('[3, 6] for the labels of mann');
  });

  test('asks for a generator', () => {
    expect(() => metaGradient(paper, params, episodes)).toThrow('Expected a generator');
  });
});

const SHOWN = 5;

/**
 * Sequences that show two Gaussian clusters five times each, in random order. Each cluster has a
 * label drawn by itself, so that nothing but memory can tell it.
 */
function sequences(tasks: number, seed: number) {
  const generator = torch.generator(seed);
  const shown = torch
    .arange(2)
    .repeatInterleave(SHOWN)
    .expand([tasks, 2 * SHOWN]);
  const order = torch.rand([tasks, 2 * SHOWN], { generator }).argsort();
  const cluster = shown.gather(1, order);
  const labels = torch.randint(2, [tasks, 2], { generator }).gather(1, cluster);
  const centers = torch.randn([tasks, 2, 4], { generator });
  const rows = centers.gather(1, cluster.unsqueeze(-1).expand([-1, -1, 4]));
  const noise = torch.randn(rows.shape, { generator });
  return { inputs: rows.add(noise, { alpha: 0.1 }), labels, cluster };
}

/** The accuracy at the first, second, … presentation of a cluster. */
function byPresentation(logits: Tensor, labels: Tensor, cluster: Tensor): number[] {
  const belongs = cluster.unsqueeze(-1).eq(torch.arange(2)).to('int64');
  const nth = belongs.cumsum(1).mul(belongs).sum([-1]);
  const right = logits.argmax(-1).eq(labels).to('float64');
  return Array.from({ length: SHOWN }, (_, i) => {
    const counted = nth.eq(i + 1).to('float64');
    return Number(right.mul(counted).sum().div(counted.sum()).item());
  });
}

test('trained, is at chance on the first presentation and right by the fifth', () => {
  const small = mann({
    encoder: linear({ inFeatures: 4, outFeatures: 8 }),
    ...{ dimensions: 8, ways: 2, hiddenSize: 32, slots: 8, wordSize: 8, reads: 1 },
  });
  const optimizer = adam({ learningRate: 0.01 });
  let params = trainable(small.init(torch.generator(1)));
  let state = optimizer.init(params);
  for (let i = 0; i < 250; i++) {
    ({ params, state } = torch.scope(() => {
      const examples = sequences(32, i);
      const logits = small.sequence(params, examples, { differentiable: true });
      const loss = logits.flatten(0, 1).crossEntropyLoss(examples.labels.flatten());
      const gradients = torch.grad(loss, params);
      const next = torch.noGrad(() => optimizer.update(gradients, state, params));
      return { params: trainable(next.params), state: next.state };
    }));
  }
  const unseen = sequences(512, 1_000_000);
  const logits = small.sequence(params, unseen);
  const [first = 0, , , , fifth = 0] = byPresentation(logits, unseen.labels, unseen.cluster);
  // 1,024 presentations: three standard deviations of chance are 0.047.
  expect(Math.abs(first - 0.5)).toBeLessThan(0.047);
  expect(fifth).toBeGreaterThan(0.75);
});
