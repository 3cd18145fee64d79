import { anil, maml, metaGradient } from '../../../lib/meta/index';
import { linear, mlp, relu, sequential } from '../../../lib/nn/index';
import { sgd } from '../../../lib/optim/index';
import { torch } from '../../../lib/torch/index';
import { describeContract, expectDerivative, treeDistance } from '../support/contract';
import { parametersOf, randomEpisodes } from '../support/support';

const episodes = randomEpisodes(torch.generator(3));
const optimizer = sgd({ learningRate: 0.3 });
const model = mlp({ sizes: [4, 6, 3], activation: 'tanh' });
const learner = anil({ model, optimizer, innerSteps: 3 });
const params = parametersOf(learner, 4);

describeContract({ learner, params, episodes });

test.each([1, 3])('the meta-gradient after %i steps agrees with central differences', (steps) => {
  const encoder = linear({ inFeatures: 4, outFeatures: 4 });
  const encoded = anil({ model, encoder, optimizer, innerSteps: steps });
  expectDerivative(encoded, parametersOf(encoded, 5), episodes);
});

test('the body keeps its very tensors, the head adapts to each task', () => {
  const { model: adapted } = learner.adapt(params, episodes.support, 3);
  expect(adapted[0]?.weight).toBe(params.model[0]?.weight);
  expect(adapted[0]?.bias).toBe(params.model[0]?.bias);
  expect(adapted[1]?.weight.shape).toEqual([3, 3, 6]);
  expect(adapted[1]?.bias?.shape).toEqual([3, 3]);
});

test('is MAML of the head behind a body that is the encoder', () => {
  const body = sequential(linear({ inFeatures: 4, outFeatures: 6 }), relu());
  const head = linear({ inFeatures: 6, outFeatures: 3 });
  const split = maml({ model: head, encoder: body, innerLearningRate: 0.3, innerSteps: 3 });
  const whole = anil({ model: mlp({ sizes: [4, 6, 3] }), optimizer, innerSteps: 3 });
  const at = parametersOf(whole, 6);
  const [first, last] = at.model;
  if (!first || !last) throw new Error('no layers');
  const expected = split.adapt({ model: last, encoder: [first, {}] }, episodes.support, 3);
  const adapted = whole.adapt(at, episodes.support, 3);
  expect(treeDistance(adapted.model[1] ?? {}, expected.model)).toBeLessThan(1e-12);
});

test('with every weight in the head it is MAML; a lone layer is all head', () => {
  const all = anil({ model, optimizer, innerSteps: 2, head: () => true });
  const expected = maml({ model, innerLearningRate: 0.3, innerSteps: 2 });
  const adapted = all.adapt(params, episodes.support, 3);
  expect(treeDistance(adapted, expected.adapt(params, episodes.support, 3))).toBeLessThan(1e-12);
  const lone = anil({ model: linear({ inFeatures: 4, outFeatures: 3 }), optimizer });
  const { weight, bias } = lone.adapt(parametersOf(lone, 1), episodes.support, 3).model;
  expect([weight.ndim, bias?.ndim]).toEqual([3, 2]);
});

test('a nested last layer without weights after it is found', () => {
  const nested = sequential(mlp({ sizes: [4, 5] }), mlp({ sizes: [5, 6, 3] }), relu());
  const deep = anil({ model: nested, optimizer, innerSteps: 1 });
  const [first, second] = deep.adapt(parametersOf(deep, 2), episodes.support, 3).model;
  const dims = [...first, ...second].map((layer) => layer.weight.ndim);
  expect(dims).toEqual([2, 2, 3]);
  // The path 0.1.weight has the last layer's 1 in it, but not at its start.
  const before = sequential(mlp({ sizes: [4, 5, 6] }), linear({ inFeatures: 6, outFeatures: 3 }));
  const other = anil({ model: before, optimizer, innerSteps: 1 });
  const [body, head] = other.adapt(parametersOf(other, 2), episodes.support, 3).model;
  expect([...body, head].map((layer) => layer.weight.ndim)).toEqual([2, 2, 3]);
});

test('first order is that of MAML, and builds no graph of second order', () => {
  const first = anil({ model, optimizer, innerSteps: 3, head: () => true, firstOrder: true });
  const expected = maml({ model, innerLearningRate: 0.3, innerSteps: 3, firstOrder: true });
  const { gradients } = metaGradient(first, params, episodes);
  expect(treeDistance(gradients, metaGradient(expected, params, episodes).gradients)).toBeLessThan(
    1e-12,
  );
  const exact = anil({ model, optimizer, innerSteps: 3, head: () => true });
  expect(treeDistance(gradients, metaGradient(exact, params, episodes).gradients)).toBeGreaterThan(
    1e-3,
  );
});
