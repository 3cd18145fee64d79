import { fineTuning, maml, queryLogits } from '../../../lib/meta/index';
import { linear, mlp } from '../../../lib/nn/index';
import { adam, adamW, rmsprop, sgd } from '../../../lib/optim/index';
import { torch } from '../../../lib/torch/index';
import { describeContract, distance, expectDerivative, treeDistance } from '../support/contract';
import { parametersOf, randomEpisodes, smoothModel } from '../support/support';

const episodes = randomEpisodes(torch.generator(3));
const model = smoothModel(4, 3);
const OPTIMIZERS = {
  sgd: sgd({ learningRate: 0.3 }),
  momentum: sgd({ learningRate: 0.2, momentum: 0.9, nesterov: true }),
  adam: adam({ learningRate: 0.1, eps: 1e-3 }),
  adamW: adamW({ learningRate: 0.1, eps: 1e-3, weightDecay: 0.1 }),
  rmsprop: rmsprop({ learningRate: 0.05, eps: 1e-3, centered: true }),
};

describe.each(Object.entries(OPTIMIZERS))('with %s', (_, optimizer) => {
  const encoder = linear({ inFeatures: 4, outFeatures: 4 });
  const learner = fineTuning({ model, encoder, optimizer, innerSteps: 3 });
  const params = parametersOf(learner, 4);
  describeContract({ learner, params, episodes });

  test('the meta-gradient through the inner loop agrees with central differences', () => {
    expectDerivative(learner, params, episodes);
  });

  test('and clipped for each task', () => {
    expectDerivative(
      fineTuning({ model, encoder, optimizer, innerSteps: 2, maxNorm: 0.4 }),
      params,
      episodes,
    );
  });
});

test('by SGD it is MAML', () => {
  const same = { model: mlp({ sizes: [4, 6, 3] }), innerSteps: 3 };
  const tuned = fineTuning({ ...same, optimizer: sgd({ learningRate: 0.3 }) });
  const params = parametersOf(tuned, 5);
  const expected = maml({ ...same, innerLearningRate: 0.3 });
  const a = tuned.adapt(params, episodes.support, 3);
  expect(treeDistance(a, expected.adapt(params, episodes.support, 3))).toBeLessThan(1e-12);
});

test('clipping bounds the first step of every task by itself', () => {
  const learner = fineTuning({
    model,
    optimizer: sgd({ learningRate: 1 }),
    innerSteps: 1,
    maxNorm: 0.1,
  });
  const params = parametersOf(learner, 6);
  const { w, v } = learner.adapt(params, episodes.support, 3).model;
  const squares = w
    .sub(params.model.w)
    .square()
    .sum([1, 2])
    .add(v.sub(params.model.v).square().sum([1, 2]));
  expect(distance(squares.sqrt(), torch.full([3], 0.1, { dtype: 'float64' }))).toBeLessThan(1e-12);
});

test('no steps leave the weights, and a loose bound clips nothing', () => {
  const optimizer = OPTIMIZERS.adam;
  const none = fineTuning({ model, optimizer, innerSteps: 0 });
  const params = parametersOf(none, 7);
  const { logits } = queryLogits(none, params, episodes);
  expect(distance(logits, model.apply(params.model, episodes.query.inputs))).toBeLessThan(1e-12);
  const free = fineTuning({ model, optimizer, innerSteps: 3 });
  const a = queryLogits(free, params, episodes).logits;
  for (const maxNorm of [1e6, 1e200, Infinity]) {
    const loose = fineTuning({ model, optimizer, innerSteps: 3, maxNorm });
    expect(distance(queryLogits(loose, params, episodes).logits, a)).toBeLessThan(1e-12);
  }
});

test('refuses steps and norms out of range', () => {
  const optimizer = OPTIMIZERS.sgd;
  expect(() => fineTuning({ model, optimizer, innerSteps: 1.5 })).toThrow(RangeError);
  expect(() => fineTuning({ model, optimizer, maxNorm: 0 })).toThrow(RangeError);
});
