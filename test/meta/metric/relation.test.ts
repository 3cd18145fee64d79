import { metaGradient, queryLogits, relation } from '../../../lib/meta/index';
import { type Layer, linear, mlp, type NoParams } from '../../../lib/nn/index';
import { torch } from '../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../support/support';
import { expectSame, itKeepsTheContract } from './metric-contract';
import { expectLikePyTorch } from './metric-fixture';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const episodes = randomEpisodes(torch.generator(1));

describe('with a known module', () => {
  // ⟨class sum, query⟩ shows which half is which only if it is not symmetric: so class² · query.
  const module: Layer<NoParams> = {
    init: () => ({}),
    apply: (_, pairs) => {
      const [classes, query] = pairs.chunk(2, -1);
      if (!classes || !query) throw new Error('no halves');
      return classes.square().mul(query).sum([-1], true);
    },
  };
  const learner = relation({ encoder, relation: module });
  const params = parametersOf(learner, 2);
  const embed = (x: typeof episodes.support.inputs) => encoder.apply(params.encoder, x);

  test('the logits are it, of the sum of a class’s shots and the query', () => {
    const sums = embed(episodes.support.inputs).unflatten(1, [3, 2]).sum([2]);
    const exact = embed(episodes.query.inputs).bmm(sums.square().mT);
    expectSame(queryLogits(learner, params, episodes).logits, exact);
  });

  test('the loss is the mean square of σ(logit) − 1[y = k]', () => {
    const scores = queryLogits(learner, params, episodes).logits.sigmoid();
    const target = torch.eye(3, { dtype: 'float64' }).repeatInterleave(2, 0);
    const { loss, accuracy } = metaGradient(learner, params, episodes);
    expect(loss).toBeCloseTo(Number(scores.sub(target).square().mean().item()), 12);
    expect(accuracy).toBeGreaterThanOrEqual(0);
  });
});

describe('with a learned module', () => {
  const module = mlp({ sizes: [10, 6, 1], activation: 'tanh' });
  const learner = relation({ encoder, relation: module });
  test('equals PyTorch', () => expectLikePyTorch(learner, 'relation'));
  itKeepsTheContract(learner);
});

test('refuses a module that gives more than one number a pair', () => {
  const two = relation({ encoder, relation: mlp({ sizes: [10, 6, 2] }) });
  expect(() => queryLogits(two, parametersOf(two, 2), episodes)).toThrow(
    'Expected [3, 6, 3, 1] for the output of g of relation but received [3, 6, 3, 2]',
  );
});
