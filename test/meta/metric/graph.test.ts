import { graphNetwork, queryLogits } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import { itEqualsItsReference } from '../support/like-reference';
import { parametersOf, randomEpisodes } from '../support/support';
import { graphReference } from './graph-reference';
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
  const mixed = edges.softmax(0).mT.matmul(support).flatten();
  const { weight, bias } = layer.nodes;
  const exact = torch.linear(torch.cat([mixed, query]), weight, bias ?? null);
  const { logits } = queryLogits(learner, params, episodes);
  expectSame(logits.select(0, 1).select(0, 4), exact);
});

describe.each([
  { heads: 1, layers: 3 },
  { heads: 2, layers: 3 },
  { heads: 2, layers: 1 },
])('%p', ({ heads, layers }) => {
  itEqualsItsReference(
    graphNetwork({ encoder, ...sizes, heads, layers }),
    (params, support, queries) => graphReference(params, support, queries, { ways: 3, heads }),
  );
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
