import * as meta from '../../lib/meta';
import { linear, trainable } from '../../lib/nn';
import { sgd } from '../../lib/optim';
import { type Tree, torch } from '../../lib/torch';
import { expectTyped, junk } from '../helpers/junk';

const model = linear({ inFeatures: 4, outFeatures: 3 });
const encoder = linear({ inFeatures: 4, outFeatures: 4 });
const optimizer = sgd({ learningRate: 0.1 });
const inputs = torch.randn([2, 6, 4], { generator: torch.generator(1) });
const set = { inputs, labels: torch.arange(3).repeatInterleave(2).expand([2, -1]) };
const episodes = { ways: 3, support: set, query: set, classes: torch.arange(3).expand([2, -1]) };

const few = { innerSteps: 1 };
const LEARNERS: readonly (readonly [string, unknown])[] = [
  ['maml', meta.maml({ model, encoder, innerLearningRate: 0.1, ...few })],
  ['maml, dense', meta.maml({ model, encoder, innerLearningRate: 0.1, lowRank: false, ...few })],
  ['mamlPlusPlus', meta.mamlPlusPlus({ model, encoder, innerLearningRate: 0.1, ...few })],
  ['anil', meta.anil({ model, optimizer, ...few })],
  ['metaSgd', meta.metaSgd({ model, encoder })],
  ['reptile', meta.reptile({ model, encoder, optimizer, ...few })],
  ['imaml', meta.imaml({ model, encoder, optimizer, ...few })],
  ['metaLstm', meta.metaLstm({ model, encoder, ...few })],
  ['fineTuning', meta.fineTuning({ model, optimizer, ...few })],
  ['linearProbe', meta.linearProbe({ encoder, ...few })],
  ['multiTask', meta.multiTask({ encoder, classes: 3, features: 4, ...few })],
];

test.each(LEARNERS)('%s answers junk with errors that have a code', (_, made) => {
  const learner = made as meta.Learner<{ [name: string]: Tree }, { [name: string]: Tree }>;
  const params = trainable(learner.init(torch.generator(1)));
  const adapted = learner.adapt(params, set, 3);
  expectTyped(learner.adapt, [params, set, 3, {}]);
  expectTyped(learner.predict, [adapted, inputs, {}]);
  expectTyped(meta.metaGradient as never, [learner, params, episodes, {}]);
  if (learner.metaGradient) expectTyped(learner.metaGradient, [params, episodes, {}]);
  for (const name of Object.keys(params)) {
    expectTyped((part: Tree) => learner.adapt({ ...params, [name]: part }, set, 3), [params[name]]);
  }
  for (const name of Object.keys(adapted)) {
    const call = (part: Tree) => learner.predict({ ...adapted, [name]: part }, inputs);
    expectTyped(call, [adapted[name]]);
  }
  for (const part of ['inputs', 'labels']) {
    expectTyped((own: never) => learner.adapt(params, { ...set, [part]: own }, 3), [inputs]);
  }
});

test('so do the parts of algorithms', () => {
  const losses = (at: Tree) => meta.flattenParameters(at).square().sum([1]);
  const tree = { w: inputs };
  expectTyped(meta.innerLoop as never, [tree, losses, { optimizer }, {}]);
  expectTyped(meta.taskGradients as never, [tree, losses, {}]);
  expectTyped(meta.clipTasks as never, [tree, 1]);
  expectTyped(meta.encodedModel as never, [{ model }]);
  expectTyped(meta.flattenParameters as never, [tree]);
  expectTyped(meta.unflattenParameters as never, [inputs.flatten(1), tree]);
  expectTyped(meta.oneHot as never, [set.labels, 3, inputs]);
  expectTyped(meta.classMeans as never, [inputs, set.labels, 3]);
  expectTyped(meta.taskMse as never, [inputs, inputs]);
  expectTyped(meta.taskLosses as never, [meta.taskMse, inputs, inputs]);
  expectTyped(meta.sineTasks as never, [torch.generator(1), {}]);
  expectTyped(meta.taskSimilarity as never, [inputs, inputs]);
  for (const name of ['tasks', 'amplitudes', 'phases', 'inputs', 'dtype']) {
    expectTyped((own: never) => meta.sineTasks(torch.generator(1), { [name]: own }), [1]);
  }
  const learner = meta.maml({ model, innerLearningRate: 0.1, ...few });
  const start = trainable(learner.init(torch.generator(1)));
  for (const [, own] of junk()) {
    const typed = expect.objectContaining({ code: expect.stringMatching(/^ERR_TORCH_/) });
    expect(() => meta.withRates(() => own as never, { a: torch.ones([2]) })).toThrow(typed);
    const describe = () => own as never;
    const online = meta.followTheMetaLeader({ learner, optimizer, describe });
    expect(() => online.round(online.init(start), episodes)).toThrow(typed);
    const state = { ...online.init(start), seen: own as never };
    if (!Array.isArray(own)) expect(() => online.round(state, episodes)).toThrow(typed);
  }
});

test('names argument, expected and received', () => {
  const learner = meta.maml({ model, innerLearningRate: 0.1 });
  const params = learner.init(torch.generator(1));
  for (const [call, message] of [
    [() => learner.adapt(null as never, set, 3), 'an object for the parameters of maml'],
    [() => learner.adapt({} as never, set, 3), 'an object for the model in the parameters of maml'],
    [() => learner.adapt(params, undefined as never, 3), 'an object for the support set of maml'],
    [() => meta.metaGradient({} as never, params, episodes), 'a learner { init, adapt, predict }'],
  ] as const) {
    expect(call).toThrow(`Expected ${message}`);
  }
  const typo = { trainign: true } as never;
  expect(() => meta.metaGradient(learner, trainable(params), episodes, typo)).toThrow(
    'metaGradient: Unknown option trainign',
  );
});
