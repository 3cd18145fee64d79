import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import {
  anil,
  contrastiveSiamese,
  distributionalSignatures,
  fineTuning,
  followTheMetaLeader,
  graphNetwork,
  imaml,
  induction,
  linearProbe,
  maml,
  mamlPlusPlus,
  mann,
  matching,
  metaLstm,
  metaNetworks,
  metaOptNet,
  metaSgd,
  multiTask,
  nearestClassMean,
  prototypical,
  r2d2,
  relation,
  reptile,
  siamese,
  snail,
} from '../../lib/meta';
import { linear } from '../../lib/nn';
import { sgd } from '../../lib/optim';
import { torch } from '../../lib/torch';
import { parametersOf, randomEpisodes } from './support/support';

const layer = linear({ inFeatures: 4, outFeatures: 3 });
const optimizer = sgd({ learningRate: 0.1 });
const learner = fineTuning({ model: layer, optimizer });

const LEARNERS = {
  anil,
  fineTuning,
  followTheMetaLeader,
  imaml,
  linearProbe,
  maml,
  mamlPlusPlus,
  metaLstm,
  metaNetworks,
  metaSgd,
  multiTask,
  reptile,
  siamese,
  contrastiveSiamese,
  matching,
  prototypical,
  nearestClassMean,
  relation,
  induction,
  graphNetwork,
  r2d2,
  metaOptNet,
  mann,
  snail,
  distributionalSignatures,
};
const COMPLETE = {
  maml: { model: layer, innerLearningRate: 0.1 },
  mamlPlusPlus: { model: layer, innerLearningRate: 0.1 },
  anil: { model: layer, optimizer },
  metaSgd: { model: layer },
  reptile: { model: layer, optimizer },
  imaml: { model: layer, optimizer },
  metaLstm: { model: layer },
  metaNetworks: { model: layer, representation: layer },
  fineTuning: { model: layer, optimizer },
  linearProbe: { encoder: layer },
  multiTask: { encoder: layer, classes: 7, features: 3 },
  followTheMetaLeader: { learner, optimizer },
  siamese: { encoder: layer, dimensions: 3 },
  contrastiveSiamese: { encoder: layer },
  matching: { encoder: layer },
  prototypical: { encoder: layer },
  nearestClassMean: { encoder: layer },
  relation: { encoder: layer, relation: layer },
  induction: { encoder: layer, dimensions: 3 },
  graphNetwork: { encoder: layer, dimensions: 3, ways: 3 },
  r2d2: { encoder: layer },
  metaOptNet: { encoder: layer },
  mann: { encoder: layer, dimensions: 3, ways: 3 },
  snail: { encoder: layer, dimensions: 3, ways: 3, length: 7 },
  distributionalSignatures: { embedding: layer, frequencies: torch.ones([5]) },
};
type Name = keyof typeof COMPLETE;
const names = Object.keys(COMPLETE) as Name[];

/** As a program without types would call it. */
const make = (name: Name, options: unknown): unknown =>
  (LEARNERS[name] as (options: unknown) => unknown)(options);

test.each(names)('%s takes what is complete, and refuses what is missing or unknown', (name) => {
  expect(() => make(name, COMPLETE[name])).not.toThrow();
  expect(() => make(name, { ...COMPLETE[name], typo: 1 })).toThrow(`${name}: Unknown option typo`);
  for (const missing of Object.keys(COMPLETE[name])) {
    expect(() => make(name, { ...COMPLETE[name], [missing]: undefined })).toThrow(
      `for ${missing} of ${name} but received undefined`,
    );
  }
  expect(() => make(name, undefined)).toThrow(ArgumentTypeError);
});

test.each<[Name, object, string]>([
  ['maml', { model: 5 }, 'a layer { init, apply } for model of maml but received number 5'],
  ['maml', { encoder: null }, 'a layer { init, apply } for encoder of maml but received null'],
  ['maml', { loss: 5 }, 'a function for loss'],
  ['maml', { firstOrder: 'yes' }, 'a boolean for firstOrder'],
  ['maml', { lowRank: 1 }, 'a boolean for lowRank'],
  ['maml', { optimizer: {}, innerLearningRate: undefined }, 'an optimizer { init, update } for'],
  ['maml', { maxNorm: '1' }, 'a positive number for maxNorm of maml'],
  ['fineTuning', { firstOrder: 1 }, 'a boolean for firstOrder of fineTuning'],
  ['maml', { innerSteps: '3' }, 'an integer of at least 0 for innerSteps'],
  ['mamlPlusPlus', { optimizer }, 'a function for optimizer'],
  ['anil', { optimizer: {} }, 'an optimizer { init, update } for optimizer of anil'],
  ['anil', { head: '1' }, 'a function for head'],
  ['metaNetworks', { firstOrder: 0 }, 'a boolean for firstOrder'],
  ['metaLstm', { innerLearningRate: '0.1' }, 'a number in (0, 1) for innerLearningRate'],
  ['matching', { fullContext: 5 }, 'an object for the options of fullContext'],
  ['snail', { attention: 5 }, 'a list of [keySize, valueSize] for attention of snail'],
  ['snail', { attention: [[4, 0]] }, 'a list of [keySize, valueSize] for attention of snail'],
  ['distributionalSignatures', { frequencies: [1] }, 'a tensor for frequencies'],
  ['followTheMetaLeader', { learner: layer }, 'a learner { init, adapt, predict } for learner'],
  ['followTheMetaLeader', { describe: 1 }, 'a function for describe'],
])('%s refuses the types of %p', (name, options, message) => {
  const call = () => make(name, { ...COMPLETE[name], ...options });
  expect(call).toThrow(`Expected ${message}`);
  expect(call).toThrow(ArgumentTypeError);
});

test.each<[Name, object, string]>([
  ['maml', { innerSteps: 1.5 }, 'an integer of at least 0 for innerSteps of maml'],
  ['maml', { innerLearningRate: Infinity }, 'a number of at least 0 for innerLearningRate'],
  ['maml', { innerLearningRate: -1 }, 'a number of at least 0 for innerLearningRate of maml'],
  ['mamlPlusPlus', { innerLearningRate: Number.NaN }, 'a finite number for innerLearningRate'],
  ['mamlPlusPlus', { multiStepUntil: Number.NaN }, 'an integer of at least 0 for multiStepUntil'],
  ['mamlPlusPlus', { firstOrderUntil: -1 }, 'an integer of at least 0 for firstOrderUntil'],
  ['mamlPlusPlus', { maxNorm: 0 }, 'a positive number for maxNorm'],
  ['anil', { innerSteps: -1 }, 'an integer of at least 0 for innerSteps of anil'],
  ['anil', { maxNorm: -1 }, 'a positive number for maxNorm of anil'],
  ['metaSgd', { initialRate: Number.NaN }, 'a finite number, or two'],
  ['metaSgd', { initialRate: [1, 0] }, 'a finite number, or two'],
  ['metaSgd', { initialRate: [1] }, 'a finite number, or two'],
  ['reptile', { batchSize: 0 }, 'a positive integer for batchSize'],
  ['reptile', { reduce: 'avg' }, "'mean' or 'sum' for reduce of reptile but received string 'avg'"],
  ['reptile', { trainOn: 'query' }, "'all' or 'support' for trainOn"],
  ['imaml', { solverSteps: 0 }, 'a positive integer for solverSteps'],
  ['imaml', { solverSteps: Number.NaN }, 'a positive integer for solverSteps'],
  ['imaml', { regularization: Infinity }, 'a positive finite number for regularization'],
  ['imaml', { regularization: 0 }, 'a positive finite number for regularization'],
  ['metaLstm', { hiddenSize: 0 }, 'a positive integer for hiddenSize of metaLstm'],
  ['metaLstm', { innerLearningRate: 0 }, 'a number in (0, 1) for innerLearningRate'],
  ['metaNetworks', { hiddenSize: 0 }, 'a positive integer for hiddenSize of metaNetworks'],
  ['metaNetworks', { margin: Number.NaN }, 'a positive finite number for margin'],
  ['linearProbe', { maxNorm: Number.NaN }, 'a positive number for maxNorm of linearProbe'],
  ['multiTask', { innerSteps: -1 }, 'an integer of at least 0 for innerSteps of multiTask'],
  ['followTheMetaLeader', { reuse: 0.5 }, 'an integer of at least 0 for reuse'],
])('%s refuses the range of %p', (name, options, message) => {
  const call = () => make(name, { ...COMPLETE[name], ...options });
  expect(call).toThrow(`Expected ${message}`);
  expect(call).toThrow(ArgumentRangeError);
});

test('ANIL refuses a head that chooses nothing', () => {
  const headless = anil({ model: layer, optimizer, head: () => false });
  const { support } = randomEpisodes(torch.generator(1));
  expect(() => headless.adapt(parametersOf(headless, 1), support, 3)).toThrow(
    'Expected a weight to be chosen for head of anil',
  );
});
