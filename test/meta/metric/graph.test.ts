import { graphNetwork, queryLogits } from '../../../lib/meta/index';
import type { GraphLayerParams } from '../../../lib/meta/metric/graph-layer';
import { linear } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../support';
import { expectSame, itKeepsTheContract } from './metric-contract';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const sizes = { dimensions: 5, ways: 3, features: 4, edgeFeatures: 6 };
const episodes = randomEpisodes(torch.generator(1));

test('one layer is the query’s neighbours by attention, node by node', () => {
  const learner = graphNetwork({ encoder, ...sizes, heads: 2, layers: 1 });
  const params = parametersOf(learner, 2);
  const layer = params.layers[0];
  if (!layer) throw new Error('no layer');
  const embed = (x: Tensor) => encoder.apply(params.encoder, x);
  const oneHot = torch.eye(3, { dtype: 'float64' }).repeatInterleave(2, 0);
  const support = torch.cat([embed(episodes.support.inputs).select(0, 1), oneHot], -1);
  const third = torch.full([3], 1 / 3, { dtype: 'float64' });
  const query = torch.cat([embed(episodes.query.inputs).select(0, 1).select(0, 4), third], -1);
  let edges = support.sub(query).abs();
  for (const [i, { weight, bias }] of layer.edges.entries()) {
    edges = torch.linear(i === 0 ? edges : edges.relu(), weight, bias ?? null);
  }
  const heard = edges.softmax(0).mT.matmul(support).flatten();
  const { weight, bias } = layer.nodes;
  const exact = torch.linear(torch.cat([heard, query]), weight, bias ?? null);
  const { logits } = queryLogits(learner, params, episodes);
  expectSame(logits.select(0, 1).select(0, 4), exact);
});

/** One layer as the paper writes it, on the whole graph of one query: nodes `[n, F]`. */
function wholeLayer(x: Tensor, { edges, nodes }: GraphLayerParams, heads: number): Tensor {
  let far = x.unsqueeze(1).sub(x.unsqueeze(0)).abs();
  for (const [i, { weight, bias }] of edges.entries()) {
    far = torch.linear(i === 0 ? far : far.relu(), weight, bias ?? null);
  }
  const self = torch.eye(x.size(0)).ne(0);
  const heard = Array.from({ length: heads }, (_, h) =>
    far.select(-1, h).maskedFill(self, -Infinity).softmax(-1).matmul(x),
  );
  return torch.linear(torch.cat([...heard, x], -1), nodes.weight, nodes.bias ?? null);
}

test.each([1, 2])('three layers equal those of one whole graph a query, %i heads', (heads) => {
  const learner = graphNetwork({ encoder, ...sizes, heads });
  const params = parametersOf(learner, 3);
  const { logits } = queryLogits(learner, params, episodes);
  const embed = (x: Tensor) => encoder.apply(params.encoder, x);
  const oneHot = torch.eye(3, { dtype: 'float64' }).repeatInterleave(2, 0);
  const third = torch.full([1, 3], 1 / 3, { dtype: 'float64' });
  for (const [t, q] of [
    [0, 1],
    [2, 5],
  ] as const) {
    const query = embed(episodes.query.inputs).select(0, t).narrow(0, q, 1);
    const support = embed(episodes.support.inputs).select(0, t);
    let x = torch.cat([torch.cat([support, oneHot], -1), torch.cat([query, third], -1)]);
    for (const layer of params.layers.slice(0, -1)) {
      x = torch.cat([x, wholeLayer(x, layer, heads).leakyRelu()], -1);
    }
    const last = params.layers.at(-1);
    if (!last) throw new Error('no layer');
    expectSame(logits.select(0, t).select(0, q), wholeLayer(x, last, heads).select(0, 6));
  }
});

describe.each([1, 2])('with %i heads', (heads) => {
  itKeepsTheContract(graphNetwork({ encoder, ...sizes, heads }), {
    symmetricInLabels: false,
    anyWays: false,
    step: 1e-6,
  });
});

test('refuses tasks of other ways, and sizes that are none', () => {
  const learner = graphNetwork({ encoder, ...sizes });
  const params = parametersOf(learner, 1);
  expect(() => learner.adapt(params, episodes.support, 2)).toThrow('Expected 3 for ways');
  expect(() => graphNetwork({ encoder, ...sizes, heads: 0 })).toThrow('heads of graphNetwork');
});
