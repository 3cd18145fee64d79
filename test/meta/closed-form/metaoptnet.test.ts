import { metaOptNet, queryLogits } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { torch } from '../../../lib/torch/index';
import { expectSame, itKeepsTheContract } from '../metric/metric-contract';
import { parametersOf, randomEpisodes } from '../support/support';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const episodes = randomEpisodes(torch.generator(1));

test('with a large C every support example is on its side of the margin, some on it', () => {
  const learner = metaOptNet({ encoder, regularization: 1e5, jitter: 1e-9 });
  const params = parametersOf(learner, 2);
  const two = {
    inputs: episodes.support.inputs.narrow(1, 1, 2),
    labels: torch.tensor([[0n, 1n]]).expand([3, 2]),
  };
  const { weights } = learner.adapt(params, two, 2);
  const scores = encoder.apply(params.encoder, two.inputs).bmm(weights);
  const sign = torch.tensor([1, -1], { dtype: 'float64' });
  const margins = scores.select(2, 0).sub(scores.select(2, 1)).mul(sign);
  expectSame(margins.amin([1]), torch.ones([3], { dtype: 'float64' }), 1e-7);
});

test('the logits are γ wₖ · f(x)', () => {
  const learner = metaOptNet({ encoder });
  const params = { ...parametersOf(learner, 2), gamma: torch.tensor(2.5, { dtype: 'float64' }) };
  const { weights } = learner.adapt(params, episodes.support, 3);
  const exact = encoder.apply(params.encoder, episodes.query.inputs).bmm(weights).mul(2.5);
  expectSame(queryLogits(learner, params, episodes).logits, exact);
  expect(learner.init(torch.generator(1)).gamma.item()).toBe(1);
});

describe.each([0.02, 0.1, 10])('with C = %d', (regularization) => {
  itKeepsTheContract(metaOptNet({ encoder, regularization }));
});

test('in float32 agrees with float64', () => {
  const learner = metaOptNet({ encoder });
  const params = parametersOf(learner, 2);
  const single = parametersOf(learner, 2, 'float32');
  const { inputs, labels } = episodes.support;
  const exact = learner.adapt(params, episodes.support, 3).weights;
  const rough = learner.adapt(single, { inputs: inputs.to('float32'), labels }, 3).weights;
  expect(rough.dtype).toBe('float32');
  expect(Number(rough.sub(exact).abs().max().item())).toBeLessThan(1e-5);
});

test('refuses a C that is none', () => {
  expect(() => metaOptNet({ encoder, regularization: 0 })).toThrow('regularization of metaOptNet');
  expect(() => metaOptNet({ encoder, jitter: 0 })).toThrow('jitter of metaOptNet');
});
