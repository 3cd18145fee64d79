import { fineTuning, type MamlOptions, maml, metaGradient } from '../../../lib/meta/index';
import { linear, mlp } from '../../../lib/nn/index';
import { adam, sgd } from '../../../lib/optim/index';
import { leaves, type Tensor, type Tree, torch } from '../../../lib/torch/index';
import { expectDerivative, treeDistance } from '../support/contract';
import { parametersOf, randomEpisodes, smoothModel } from '../support/support';

const episodes = randomEpisodes(torch.generator(1));
const model = mlp({ sizes: [4, 5, 3] });
const gradientOf = (
  options: Partial<MamlOptions<Tree, Tree, Tensor>>,
  firstOrder = false,
): Tree => {
  const learner = maml({ model: model as never, firstOrder, innerSteps: 3, ...options });
  return metaGradient(learner, parametersOf(learner, 2), episodes).gradients;
};

test('SGD of the inner rate is the default', () => {
  const plain = gradientOf({ innerLearningRate: 0.2 });
  const optimizer = sgd({ learningRate: 0.2 });
  expect(treeDistance(gradientOf({ optimizer }), plain)).toBeLessThan(1e-12);
});

test.each([false, true])('any optimizer is that of fine-tuning, first order: %s', (firstOrder) => {
  const optimizer = adam({ learningRate: 0.05 });
  const same = fineTuning({ model, optimizer, innerSteps: 3, firstOrder });
  const params = parametersOf(same, 2);
  const { gradients } = metaGradient(same, params, episodes);
  expect(treeDistance(gradientOf({ optimizer }, firstOrder), gradients)).toBe(0);
  expect(treeDistance(gradientOf({ optimizer }, !firstOrder), gradients)).toBeGreaterThan(1e-6);
});

test('the meta-gradient through clipped steps of momentum is the derivative', () => {
  const optimizer = sgd({ learningRate: 0.3, momentum: 0.9 });
  const learner = maml({ model: smoothModel(4, 3), optimizer, maxNorm: 0.3, innerSteps: 2 });
  expectDerivative(learner, parametersOf(learner, 3), episodes);
});

test('fine-tuning of first order takes the Jacobian for the identity', () => {
  const common = { model, innerSteps: 3 };
  const optimizer = sgd({ learningRate: 0.2 });
  const [ours, exact] = [
    fineTuning({ ...common, optimizer, firstOrder: true }),
    maml({ ...common, innerLearningRate: 0.2, firstOrder: true }),
  ].map((learner) => metaGradient(learner, parametersOf(learner, 2), episodes).gradients);
  expect(treeDistance(ours ?? {}, exact ?? {})).toBeLessThan(1e-12);
});

test('clips each task by its norm', () => {
  const flat = linear({ inFeatures: 4, outFeatures: 3 });
  const learner = maml({ model: flat, innerLearningRate: 1, maxNorm: 1e-3, innerSteps: 1 });
  const params = parametersOf(learner, 1);
  const adapted = learner.adapt(params, episodes.support, 3).model;
  const squares = leaves(adapted).map((w, i) =>
    w
      .sub(leaves(params.model)[i] as Tensor)
      .square()
      .flatten(1)
      .sum([1]),
  );
  for (const square of (squares[0] as Tensor).add(squares[1] as Tensor).tolist() as number[]) {
    expect(Math.sqrt(square)).toBeCloseTo(1e-3, 12);
  }
});

test('options that exclude each other are refused', () => {
  const optimizer = sgd({ learningRate: 0.1 });
  const declared = { ...model };
  const own = { init: model.init, apply: model.apply };
  for (const [options, message] of [
    [
      { optimizer, innerLearningRate: 0.1 },
      'none beside an optimizer for innerLearningRate of maml',
    ],
    [{ optimizer, lowRank: true }, 'false with an optimizer or maxNorm for lowRank of maml'],
    [{ innerLearningRate: 0.1, maxNorm: 1, lowRank: true }, 'false with an optimizer or maxNorm'],
    [
      { model: own, innerLearningRate: 0.1, lowRank: true },
      'a model that does not declare `tasks`',
    ],
  ] as const) {
    expect(() => maml({ model: declared, ...options })).toThrow(message);
  }
});
