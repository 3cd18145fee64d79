import { IGNORED, mann, metaGradient } from '../../../lib/meta/index';
import { layerNorm, linear, trainable } from '../../../lib/nn/index';
import { adam } from '../../../lib/optim/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import { expectSame, itKeepsTheContract } from '../metric/metric-contract';
import { expectLikePyTorch, metricCase } from '../metric/metric-fixture';
import { itEqualsItsReference } from '../support/like-reference';
import { parametersOf, randomEpisodes } from '../support/support';
import { mannReference } from './mann-reference';

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

describe.each([
  { reads: 1, keyStrength: 10 },
  { reads: 2, keyStrength: 1 },
])('%p', (rule) => {
  const own = { ...sizes, ...rule, decay: 0.9 };
  itEqualsItsReference(mann({ encoder, ...own }), (params, support, queries) =>
    mannReference(params, support, queries, own),
  );
});

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

test('takes forgetting of all and of nothing, and refuses what is no share', () => {
  for (const decay of [0, 1]) expect(() => mann({ encoder, ...sizes, decay })).not.toThrow();
  for (const decay of [-0.1, 1.1, Number.NaN]) {
    expect(() => mann({ encoder, ...sizes, decay })).toThrow('a number in [0, 1] for decay');
  }
  expect(() => mann({ encoder, ...sizes, reads: 7 })).not.toThrow();
  expect(() => mann({ encoder, ...sizes, reads: 8 })).toThrow('at most the number of slots');
  expect(() => mann({ encoder, ...sizes, keyStrength: 0 })).toThrow('keyStrength of mann');
});

test('forgets use at the rate of 0.95 unless told otherwise', () => {
  const { support } = randomEpisodes(torch.generator(1));
  const params = parametersOf(learner, 2);
  const [a, b] = [{}, { decay: 0.95 }].map(
    (own) => mann({ encoder, ...sizes, ...own }).adapt(params, support, 3).state.usage,
  );
  if (!a || !b) throw new Error('no states');
  expectSame(a, b, 0);
});

test('refuses to train on what is neither', () => {
  const trainOn = 'query' as 'queries';
  expect(() => mann({ encoder, ...sizes, trainOn })).toThrow(
    "Expected 'sequence' or 'queries' for trainOn of mann but received string 'query'",
  );
});

test('refuses tasks of other ways', () => {
  const { support } = randomEpisodes(torch.generator(1));
  expect(() => learner.adapt(parametersOf(learner, 1), support, 2)).toThrow('3 for ways of mann');
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

test('starts with labels that count as much in the controller as embeddings of unit variance', () => {
  const [dimensions, ways] = [64, 3];
  const wide = mann({ ...sizes, encoder: layerNorm({ normalizedShape: 64 }), dimensions });
  const { weight } = wide.init(torch.generator(1)).controller.input;
  const meanSquare = (from: number, columns: number): number =>
    Number(weight.narrow(1, from, columns).square().mean().item());
  // Of the words read, and of labels, each of which takes one column where an embedding takes all.
  const ofEmbeddings = meanSquare(0, dimensions);
  expect(meanSquare(dimensions + ways, 8) / ofEmbeddings).toBeCloseTo(1, 0);
  expect(meanSquare(dimensions, ways) / (dimensions * ofEmbeddings)).toBeCloseTo(1, 0);
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
