import {
  anil,
  fineTuning,
  imaml,
  type Learner,
  maml,
  mamlPlusPlus,
  metaGradient,
  metaLstm,
  metaSgd,
  multiTask,
  prototypical,
  reptile,
  type TaskLoss,
  taskCrossEntropy,
} from '../../lib/meta';
import { crossEntropy, type Layer, type LinearParams, linear, mlp } from '../../lib/nn';
import { sgd } from '../../lib/optim';
import { leaves, type Tree, torch } from '../../lib/torch';
import { parametersOf, randomEpisodes } from './support/support';

const episodes = {
  ...randomEpisodes(torch.generator(1)),
  classes: torch.arange(3).expand([3, -1]),
};
const plain = linear({ inFeatures: 4, outFeatures: 3 });
const encoder = linear({ inFeatures: 4, outFeatures: 4 });
const optimizer = sgd({ learningRate: 0.1 });

type Parts = { model: Layer<LinearParams>; encoder?: Layer<LinearParams>; loss?: TaskLoss };
type Make = (parts: Parts) => Learner<Tree, Tree>;
const made = (make: (parts: Parts) => unknown): Make => make as Make;
const LEARNERS: readonly (readonly [string, Make])[] = [
  ['maml', made((parts) => maml({ ...parts, innerLearningRate: 0.1 }))],
  ['maml, dense', made((parts) => maml({ ...parts, innerLearningRate: 0.1, lowRank: false }))],
  ['mamlPlusPlus', made((parts) => mamlPlusPlus({ ...parts, innerLearningRate: 0.1 }))],
  ['anil', made((parts) => anil({ ...parts, optimizer }))],
  ['metaSgd', made((parts) => metaSgd(parts))],
  ['reptile', made((parts) => reptile({ ...parts, optimizer }))],
  ['imaml', made((parts) => imaml({ ...parts, optimizer }))],
  ['metaLstm', made((parts) => metaLstm(parts))],
  ['fineTuning', made((parts) => fineTuning({ ...parts, optimizer }))],
];
const cut = expect.objectContaining({
  code: 'ERR_TORCH_AUTOGRAD',
  message: expect.stringMatching(
    /Expected a graph from the (query|support) loss to the parameters/,
  ),
});

describe.each(LEARNERS)('%s', (_, make) => {
  const step = (parts: Parts, change: (params: Tree) => void = () => {}) => {
    const learner = make(parts);
    const params = parametersOf(learner, 2);
    change(params);
    return metaGradient(learner, params, episodes);
  };
  const greatest = (tree: Tree): number =>
    Math.max(...leaves(tree).map((g) => Number(g.abs().max().item())));

  test('refuses a loss that is one number for all tasks', () => {
    const loss: TaskLoss = (logits, labels) => crossEntropy(logits, labels);
    expect(() => step({ model: plain, loss })).toThrow(
      'Expected [3], the loss of each task, for the result of loss but received []',
    );
    const wrong = (() => 1) as unknown as TaskLoss;
    expect(() => step({ model: plain, loss: wrong })).toThrow(
      'Expected a tensor for the result of loss but received number 1',
    );
  });

  test('refuses a loss or a model inside of noGrad', () => {
    const loss: TaskLoss = (logits, labels) => torch.noGrad(() => taskCrossEntropy(logits, labels));
    expect(() => step({ model: plain, loss })).toThrow(cut);
    const model = {
      ...plain,
      apply: (...args: Parameters<typeof plain.apply>) => torch.noGrad(() => plain.apply(...args)),
    };
    expect(() => step({ model })).toThrow(cut);
  });

  test('refuses a model that does not use its parameters', () => {
    const other = parametersOf(plain, 3);
    const model = {
      ...plain,
      apply: (_own: LinearParams, x: Parameters<typeof plain.apply>[1]) => plain.apply(other, x),
    };
    expect(() => step({ model })).toThrow(cut);
  });

  test('refuses parameters that do not require gradients', () => {
    const freeze = (params: Tree) => {
      for (const w of leaves(params)) w.requiresGrad_(false);
    };
    expect(() => step({ model: plain }, freeze)).toThrow(/make them by trainable\(params\)/);
  });

  test('learns with an encoder that is frozen on purpose', () => {
    const { gradients } = step({ model: plain, encoder }, (params) => {
      for (const w of leaves((params as { encoder: Tree }).encoder)) w.requiresGrad_(false);
    });
    const { model, encoder: frozen } = gradients as { model: Tree; encoder: Tree };
    expect(greatest(model)).toBeGreaterThan(0);
    expect(greatest(frozen)).toBe(0);
  });

  test('a parameter that the model ignores gets zeros', () => {
    const model = {
      init: plain.init,
      apply: ({ weight }: LinearParams, x: Parameters<typeof plain.apply>[1]) =>
        plain.apply({ weight }, x),
      tasks: true,
    };
    const { gradients } = step({ model });
    const { weight, bias } = (gradients as { model: LinearParams }).model;
    expect(greatest(weight)).toBeGreaterThan(0);
    expect(bias && greatest(bias)).toBe(0);
  });
});

test.each<[string, Learner<Tree, Tree>]>([
  ['prototypical', prototypical({ encoder }) as unknown as Learner<Tree, Tree>],
  ['maml', maml({ model: plain, innerLearningRate: 0.1 }) as unknown as Learner<Tree, Tree>],
])('%s: a predict or adapt that drops its options is refused', (_, learner) => {
  const params = parametersOf(learner, 2);
  const forgetful = [
    {
      ...learner,
      predict: (adapted: Tree, x: Parameters<typeof learner.predict>[1]) =>
        learner.predict(adapted, x),
    },
  ];
  for (const one of forgetful) expect(() => metaGradient(one, params, episodes)).toThrow(cut);
});

test('multi-task pre-training refuses an encoder that cuts the graph only with all else frozen', () => {
  const model = multiTask({
    encoder: { ...encoder, apply: (...args) => encoder.apply(...args).detach() },
    classes: 3,
    features: 4,
  });
  const params = parametersOf(model, 1);
  expect(() => metaGradient(model, params, episodes)).not.toThrow();
  for (const w of leaves(params.head)) w.requiresGrad_(false);
  expect(() => metaGradient(model, params, episodes)).toThrow(cut);
});

describe('more ways than logits', () => {
  const five = randomEpisodes(torch.generator(2), { ways: 5 });
  const spare = randomEpisodes(torch.generator(2), { ways: 2 });

  test.each(LEARNERS)('%s refuses them, when adapting and when meta-training', (_, make) => {
    const learner = make({ model: plain });
    const params = parametersOf(learner, 1);
    const expected = /at most 3, one for each logit, for ways of \w+ but received number 5/;
    expect(() => metaGradient(learner, params, five)).toThrow(expected);
    expect(() => learner.adapt(params, five.support, 5)).toThrow(expected);
    expect(() => metaGradient(learner, params, spare)).not.toThrow();
  });

  test('also without inner steps, and of other learners', () => {
    const still = maml({ model: plain, innerLearningRate: 0.1, innerSteps: 0 });
    expect(() => metaGradient(still, parametersOf(still, 1), five)).toThrow(
      /at most 3, one for each/,
    );
    const own = maml({ model: mlp({ sizes: [4, 3] }), innerLearningRate: 0.1 });
    const params = parametersOf(own, 1);
    expect(() => own.adapt(params, episodes.support, 2)).toThrow(
      /Expected 0 to 1 or -100 for the labels/,
    );
  });
});

test.each(LEARNERS)('%s: a query of one task is refused where more have adapted', (_, make) => {
  const broadcasting: Layer<LinearParams> = {
    init: (generator) => ({ weight: plain.init(generator).weight }),
    apply: ({ weight }, x) => x.matmul(weight.mT),
    tasks: true,
  };
  for (const model of [plain, broadcasting, { ...broadcasting, tasks: false }]) {
    const learner = make({ model });
    const adapted = learner.adapt(parametersOf(learner, 1), episodes.support, 3);
    const one = episodes.query.inputs.narrow(0, 0, 1);
    expect(() => learner.predict(adapted, one)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }),
    );
    expect(learner.predict(adapted, episodes.query.inputs).shape).toEqual([3, 6, 3]);
  }
});
