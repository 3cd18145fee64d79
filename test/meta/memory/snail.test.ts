import { queryLogits, snail } from '../../../lib/meta/index';
import { attentionBlock, denseBlock } from '../../../lib/meta/memory/snail-blocks';
import { linear } from '../../../lib/nn/index';
import { mapTree, type Tensor, torch } from '../../../lib/torch/index';
import { expectGradients, float64 } from '../../helpers/gradients';
import { expectSame, itKeepsTheContract } from '../metric/metric-contract';
import { itEqualsItsReference } from '../support/like-reference';
import { parametersOf, randomEpisodes } from '../support/support';
import { snailReference } from './snail-reference';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const sizes = { dimensions: 5, ways: 3, length: 7, filters: 3 };
const attention = [
  [4, 2],
  [5, 3],
] as const;
const learner = snail({ encoder, ...sizes, attention });

test('at the start the weights that labels meet are √D times the others', () => {
  const wide = snail({ encoder, ...sizes, dimensions: 64, attention });
  const { blocks } = wide.init(torch.generator(1));
  const spread = (x: Tensor) => Number(x.square().mean().sqrt().item());
  let features = 64 + 3;
  for (const [i, block] of blocks.entries()) {
    for (const { weight } of Object.values(block)) {
      const byStep = weight.unflatten(1, [-1, features]);
      expect(byStep.size(1)).toBe('conv' in block ? 2 : 1);
      const labels = spread(byStep.narrow(2, 64, 3));
      expect(labels / spread(byStep.narrow(2, 0, 64))).toBeGreaterThan(5);
      expect(labels / spread(byStep.narrow(2, 0, 64))).toBeLessThan(12);
    }
    features += [2, 3, 3, 3, 3][i] ?? 0;
  }
});

describe.each([
  ['dense', denseBlock(4, 3, 2)],
  ['attention', attentionBlock(4, 5, 3)],
] as const)('a block of %s', (_, block) => {
  const params = mapTree(([w]) => w.to('float64'), block.init(torch.generator(1)));
  const x = float64([2, 5, 4]);
  const all = torch.ones([2, 5, 1], { dtype: 'float64' });

  test('treats a query after the support set as the next step of the sequence', () => {
    for (const length of [1, 2, 4]) {
      const before = x.narrow(1, 0, length);
      const whole = block.support(params, x.narrow(1, 0, length + 1), all.narrow(1, 0, length + 1));
      const step = block.query(params, x.narrow(1, length, 1), before, all.narrow(1, 0, length));
      expectSame(step, whole.narrow(1, length, 1));
      expect(step.shape).toEqual([2, 1, block.size]);
    }
  });

  test('sees no later step, and keeps its input', () => {
    const some = block.support(params, x.narrow(1, 0, 3), all.narrow(1, 0, 3));
    const whole = block.support(params, x, all);
    expectSame(whole.narrow(1, 0, 3), some);
    expectSame(whole.narrow(-1, 0, 4), x, 0);
  });

  test('is twice differentiable', () => {
    expectGradients((input) => block.support(params, input as Tensor, all), [x]);
    expectGradients(
      (...[query, before]) => block.query(params, query ?? x, before ?? x, all),
      [float64([2, 2, 4], 3), x],
    );
  });
});

test('a dense block is [x; tanh(conv x) σ(conv x)]', () => {
  const block = denseBlock(4, 3, 2);
  const params = mapTree(([w]) => w.to('float64'), block.init(torch.generator(1)));
  const x = float64([2, 5, 4]);
  const { conv } = params;
  if (!conv) throw new Error('no convolution');
  const weight = conv.weight.unflatten(1, [2, 4]).mT;
  const y = torch.conv1d(x.mT.constantPadNd([2, 0]), weight, conv.bias ?? null, 1, 0, 2).mT;
  const exact = y
    .narrow(-1, 0, 3)
    .tanh()
    .mul(y.narrow(-1, 3, 3).sigmoid());
  const all = torch.ones([2, 5, 1], { dtype: 'float64' });
  expectSame(block.support(params, x, all).narrow(-1, 4, 3), exact);
});

test('a query is the last step of the sequence, without a label', () => {
  const { support, query } = randomEpisodes(torch.generator(1));
  const params = parametersOf(learner, 2);
  const { logits } = queryLogits(learner, params, { ways: 3, support, query });
  const blocks = [
    attentionBlock(8, 4, 2),
    ...[1, 2, 4].map((dilation, i) => denseBlock(10 + 3 * i, 3, dilation)),
    attentionBlock(19, 5, 3),
  ];
  const oneHot = torch.eye(3, { dtype: 'float64' }).repeatInterleave(2, 0);
  const labels = torch.cat([oneHot, torch.zeros([1, 3], { dtype: 'float64' })]);
  const present = torch.ones([3, 7, 1], { dtype: 'float64' });
  const inputs = torch.cat([support.inputs, query.inputs.narrow(1, 4, 1)], 1);
  const rows = encoder.apply(params.encoder, inputs);
  let x = torch.cat([rows, labels.expand([3, 7, 3])], -1);
  for (const [i, block] of blocks.entries()) {
    x = block.support(params.blocks[i] ?? {}, x, present);
  }
  const { weight, bias } = params.output;
  expectSame(logits.select(1, 4), torch.linear(x.select(1, 6), weight, bias ?? null));
});

itEqualsItsReference(
  snail({ encoder, ...sizes, length: 10, attention }),
  (params, support, queries) => snailReference(params, support, queries, 3),
);

test('the dilations are the powers of 2 below the length', () => {
  // Attention, dense blocks, attention.
  for (const [length, dense] of [
    [7, [1, 1, 1]],
    [8, [1, 1, 1]],
    [9, [1, 1, 1, 1]],
  ] as const) {
    const own = snail({ encoder, ...sizes, length, attention });
    const { blocks } = own.init(torch.generator(1));
    expect(blocks.map((block) => Object.keys(block).length)).toEqual([3, ...dense, 3]);
  }
});

itKeepsTheContract(learner, { orderFree: false, symmetricInLabels: false, anyWays: false });

test('the longest way from the first example to the query carries', () => {
  const episodes = randomEpisodes(torch.generator(1));
  const own = snail({
    encoder,
    ...sizes,
    attention: [
      [1, 1],
      [1, 1],
    ],
  });
  const params = parametersOf(own, 3);
  const { inputs, labels } = episodes.support;
  const moved = torch.cat([inputs.narrow(1, 0, 1).add(1), inputs.narrow(1, 1, 5)], 1);
  const a = queryLogits(own, params, episodes).logits;
  const b = queryLogits(own, params, { ...episodes, support: { inputs: moved, labels } }).logits;
  expect(Number(a.sub(b).abs().max().item())).toBeGreaterThan(1e-6);
});

test('refuses tasks of other ways', () => {
  const params = parametersOf(learner, 1);
  const { support } = randomEpisodes(torch.generator(1));
  expect(() => learner.adapt(params, support, 2)).toThrow('Expected 3 for ways of snail');
});
