import {
  fineTuning,
  maml,
  mamlPlusPlus,
  metaGradient,
  queryLogits,
  type RatedOptimizer,
  taskCrossEntropy,
} from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { adam } from '../../../lib/optim/index';
import { mapTree, torch } from '../../../lib/torch/index';
import {
  describeContract,
  distance,
  expectDerivative,
  queryLoss,
  treeDistance,
} from '../support/contract';
import { modelAndEncoder, parametersOf, randomEpisodes, smoothModel } from '../support/support';

const ALPHA = 0.3;
const episodes = randomEpisodes(torch.generator(3));
const model = smoothModel(4, 3);
const encoder = linear({ inFeatures: 4, outFeatures: 4 });
const common = { model, encoder, innerLearningRate: ALPHA };
const learner = mamlPlusPlus({ ...common, innerSteps: 3 });
const params = parametersOf(learner, 4);

describeContract({ learner, params, episodes });

test('the meta-gradient of weights, rates and encoder agrees with central differences', () => {
  expectDerivative(learner, params, episodes);
});

test('so does that through Adam with learned rates and clipping', () => {
  const byAdam = mamlPlusPlus({
    ...common,
    innerSteps: 2,
    maxNorm: 0.5,
    optimizer: (learningRate) => adam({ learningRate, eps: 0.05 }),
  });
  expectDerivative(byAdam, parametersOf(byAdam, 5), episodes);
});

test('before its rates change it is MAML', () => {
  const expected = maml({ ...common, innerSteps: 3 });
  const start = mapTree(([w]) => w.fullLike(ALPHA), params.rates);
  const adapted = learner.adapt({ ...params, rates: start }, episodes.support, 3);
  expect(
    treeDistance(adapted, expected.adapt(modelAndEncoder(params), episodes.support, 3)),
  ).toBeLessThan(1e-12);
});

test('by Adam of the same rate it is fine-tuning by Adam, with its state', () => {
  const make = (learningRate: Parameters<RatedOptimizer>[0]) => adam({ learningRate, eps: 0.05 });
  const rated = mamlPlusPlus({ ...common, innerSteps: 3, optimizer: make });
  const rates = mapTree(([w]) => w.fullLike(ALPHA), params.rates);
  const expected = fineTuning({ model, encoder, innerSteps: 3, optimizer: make(ALPHA) });
  const adapted = rated.adapt({ ...params, rates }, episodes.support, 3);
  expect(
    treeDistance(adapted, expected.adapt(modelAndEncoder(params), episodes.support, 3)),
  ).toBeLessThan(1e-12);
});

test('each tensor and step has a rate of its own; beyond the last it goes on', () => {
  const one = mamlPlusPlus({ ...common, innerSteps: 1 });
  const { w, v } = params.rates;
  expect([w.shape, v.shape]).toEqual([[3], [3]]);
  expect(mamlPlusPlus(common).init(torch.generator(1)).rates.w.shape).toEqual([5]);
  const rates = { w: torch.zeros([1]), v: torch.ones([1]) };
  const adapted = one.adapt({ ...params, rates }, episodes.support, 3).model;
  expect(distance(adapted.w, params.model.w.expand([3, 4, 4]))).toBe(0);
  expect(distance(adapted.v, params.model.v.expand([3, 4, 3]))).toBeGreaterThan(1e-2);
  const repeat = (k: number) => mapTree(([rate]) => rate.narrow(0, 0, 1).expand([k]), params.rates);
  const short = learner.adapt({ ...params, rates: repeat(1) }, episodes.support, 3);
  const long = learner.adapt({ ...params, rates: repeat(3) }, episodes.support, 3);
  expect(treeDistance(short, long)).toBe(0);
});

test.each([
  [0, ALPHA],
  [ALPHA, 0],
])('steps of rates %d and %d are one step of MAML', (first, second) => {
  const two = mamlPlusPlus({ ...common, innerSteps: 2 });
  const rates = mapTree(([w]) => torch.tensor([first, second], { dtype: w.dtype }), params.rates);
  const expected = maml({ ...common, innerSteps: 1 }).adapt(
    modelAndEncoder(params),
    episodes.support,
    3,
  );
  const adapted = two.adapt({ ...params, rates }, episodes.support, 3);
  expect(treeDistance(adapted, expected)).toBeLessThan(1e-12);
});

describe('the multi-step loss', () => {
  const annealed = mamlPlusPlus({ ...common, innerSteps: 3, multiStepUntil: 10 });
  const lossAfter = (steps: number): number =>
    queryLoss(mamlPlusPlus({ ...common, innerSteps: steps }), params, episodes);

  test.each([
    [0, [1 / 3, 1 / 3, 1 / 3]],
    [4, [0.2, 0.2, 0.6]],
    [10, [0, 0, 1]],
    [25, [0, 0, 1]],
  ])('at meta-step %i weighs the inner steps by %j', (step, weights) => {
    const value = () =>
      weights.reduce((sum, weight, j) => sum + (weight === 0 ? 0 : weight * lossAfter(j + 1)), 0);
    expectDerivative(annealed, params, episodes, value, { step });
  });

  test('layers are told of training on the way too', () => {
    const seen: (boolean | undefined)[] = [];
    const watched: typeof model = {
      init: model.init,
      apply: (at, x, context) => {
        seen.push(context?.training);
        return model.apply(at, x);
      },
    };
    const own = mamlPlusPlus({ ...common, model: watched, innerSteps: 2, multiStepUntil: 10 });
    metaGradient(own, params, episodes, { step: 0 });
    // Two steps, the loss after the first, and that after the last.
    expect(seen).toEqual([true, true, true, true]);
  });

  test('without a meta-step all annealing is over', () => {
    const { gradients } = metaGradient(annealed, params, episodes);
    const late = metaGradient(annealed, params, episodes, { step: 10 }).gradients;
    expect(treeDistance(gradients, late)).toBe(0);
  });

  test('reports the loss after the last step all the same', () => {
    const { loss } = metaGradient(annealed, params, episodes, { step: 0 });
    expect(loss).toBeCloseTo(lossAfter(3), 12);
  });
});

test('the first meta-steps are of first order', () => {
  const late = mamlPlusPlus({ ...common, innerSteps: 3, firstOrderUntil: 5 });
  const first = maml({ ...common, innerSteps: 3, firstOrder: true });
  const fixed = { ...params, rates: mapTree(([w]) => w.fullLike(ALPHA), params.rates) };
  const expected = metaGradient(first, modelAndEncoder(params), episodes).gradients.model;
  const at = (step: number) => metaGradient(late, fixed, episodes, { step }).gradients.model;
  expect(treeDistance(at(4), expected)).toBeLessThan(1e-12);
  expect(treeDistance(at(5), expected)).toBeGreaterThan(1e-3);
});

test('no steps are legal; negative ones are not', () => {
  const none = mamlPlusPlus({ ...common, innerSteps: 0, multiStepUntil: 5 });
  const at = parametersOf(none, 6);
  const { gradients, loss } = metaGradient(none, at, episodes, { step: 0 });
  const { logits, labels } = queryLogits(none, at, episodes);
  const exact = torch.grad(
    taskCrossEntropy(
      model.apply(at.model, encoder.apply(at.encoder, episodes.query.inputs)),
      labels,
    ).mean(),
    at.model,
  );
  expect(treeDistance(gradients.model, exact)).toBeLessThan(1e-14);
  expect(loss).toBeCloseTo(Number(taskCrossEntropy(logits, labels).mean().item()), 12);
  expect(Number(gradients.rates.w.abs().max().item())).toBe(0);
  expect(() => mamlPlusPlus({ ...common, innerSteps: -1 })).toThrow(RangeError);
});
