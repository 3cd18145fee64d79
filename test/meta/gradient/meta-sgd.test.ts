import { maml, metaGradient, metaSgd } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { mapTree, torch } from '../../../lib/torch/index';
import { describeContract, distance, expectDerivative, treeDistance } from '../support/contract';
import {
  expectResult,
  fixture,
  fixtureEpisodes,
  fixtureWeights,
  parameter,
} from '../support/fixture';
import { quadratic, quadraticEpisodes } from '../support/quadratic';
import { modelAndEncoder, parametersOf, randomEpisodes, smoothModel } from '../support/support';

const episodes = randomEpisodes(torch.generator(3));
const model = smoothModel(4, 3);
const encoder = linear({ inFeatures: 4, outFeatures: 4 });
const learner = metaSgd({ model, encoder, innerSteps: 2, initialRate: [-0.3, 0.5] });
const params = parametersOf(learner, 4);

describeContract({ learner, params, episodes });

test('the meta-gradient of weights, rates and encoder agrees with central differences', () => {
  expectDerivative(learner, params, episodes);
});

test('dL/dα = −∇L_support(θ) ∘ ∇L_query(θ′) after one step', () => {
  const one = metaSgd({ model: quadratic.model, loss: quadratic.loss });
  const at = parametersOf(one, 5);
  const { gradients } = metaGradient(one, at, quadraticEpisodes);
  const support = quadratic.a.matmul(at.model.theta);
  expect(distance(gradients.rates.theta, support.mul(quadratic.g).neg())).toBeLessThan(1e-14);
  const { theta } = one.adapt(at, quadraticEpisodes.support, 1).model;
  const exact = at.model.theta.sub(at.rates.theta.mul(support));
  expect(distance(theta, exact.expand([2, 3]))).toBeLessThan(1e-14);
});

test('with one rate for all weights it is MAML', () => {
  const same = metaSgd({ model, innerSteps: 3, initialRate: 0.3 });
  const at = parametersOf(same, 6);
  const rates = mapTree(([w]) => w.fullLike(0.3), at.rates);
  const expected = maml({ model, innerLearningRate: 0.3, innerSteps: 3 });
  const adapted = same.adapt({ ...at, rates }, episodes.support, 3);
  expect(
    treeDistance(adapted, expected.adapt(modelAndEncoder(at), episodes.support, 3)),
  ).toBeLessThan(1e-12);
});

test('of first order the Jacobian is the identity, and the rates learn all the same', () => {
  const first = metaSgd({ model: quadratic.model, loss: quadratic.loss, firstOrder: true });
  const at = parametersOf(first, 5);
  const { gradients } = metaGradient(first, at, quadraticEpisodes);
  expect(distance(gradients.model.theta, quadratic.g)).toBe(0);
  const support = quadratic.a.matmul(at.model.theta);
  expect(distance(gradients.rates.theta, support.mul(quadratic.g).neg())).toBeLessThan(1e-14);
});

test('rates are drawn between the bounds, 0.005 and 0.1 by default', () => {
  const { w } = metaSgd({ model: smoothModel(40, 3) }).init(torch.generator(1)).rates;
  expect(Number(w.min().item())).toBeGreaterThanOrEqual(0.005);
  expect(Number(w.max().item())).toBeLessThanOrEqual(0.1);
  // 1600 draws come close to the bounds, and their mean to the middle.
  expect(Number(w.min().item())).toBeLessThan(0.006);
  expect(Number(w.max().item())).toBeGreaterThan(0.099);
  expect(Number(w.mean().item())).toBeCloseTo(0.0525, 2);
  expect(Number(params.rates.w.min().item())).toBeLessThan(0);
  const { w: fixed } = metaSgd({ model, initialRate: 0.25 }).init(torch.generator(1)).rates;
  expect(Number(fixed.min().item())).toBe(0.25);
  expect(Number(fixed.max().item())).toBe(0.25);
});

test('no steps are legal; negative ones are not', () => {
  const none = metaSgd({ model, innerSteps: 0 });
  const at = parametersOf(none, 7);
  const { gradients } = metaGradient(none, at, episodes);
  expect(Number(gradients.rates.w.abs().max().item())).toBe(0);
  expect(Number(gradients.model.w.abs().max().item())).toBeGreaterThan(0);
  expect(() => metaSgd({ model, innerSteps: -1 })).toThrow(RangeError);
});

test('equals PyTorch', () => {
  const two = metaSgd({ model, innerSteps: 2 });
  const { gradients, loss } = metaGradient(
    two,
    {
      model: fixtureWeights(),
      rates: { w: parameter(fixture.rates.w), v: parameter(fixture.rates.v) },
      encoder: {},
    },
    fixtureEpisodes,
  );
  expectResult(
    { loss, gradients: { ...gradients.model, rates: gradients.rates } },
    fixture.metaSgd,
  );
});
