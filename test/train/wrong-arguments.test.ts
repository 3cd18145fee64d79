import { adam } from '../../lib/optim';
import { datasetFromRows, EpisodeSampler, episodeTensors, TextClassifier } from '../../lib/text';
import { torch } from '../../lib/torch';
import * as train from '../../lib/train';
import { temporaryFolder } from '../helpers/folders';
import { apply, itRefusesJunk } from '../helpers/junk';
import { LABELED, smallConfig } from '../helpers/learners/text-models';

const folder = temporaryFolder();
const config = smallConfig({ kind: 'prototypical' });
const { learner, vectorizer } = train.buildTextLearner(config);
const params = learner.init(torch.generator(1));
const generator = torch.generator(1);
const set = { ways: 2, shots: 1, queries: 1, generator };
const sampler = new EpisodeSampler(datasetFromRows(LABELED), set);
const episodes = () => episodeTensors(sampler.episodes(2), vectorizer);
const options = { learner, params, optimizer: adam({ learningRate: 0.1 }), episodes, steps: 1 };
const trainWith = (change: object) => apply(train.train, { ...options, ...change });
const evaluateWith = (...given: unknown[]) => apply(train.evaluate, ...given);
const PATH = "'x'";
/** Trees without tensors, which a learner without parameters may have. */
const TREES = ['{}', '[{}]'];

itRefusesJunk([
  [
    'the folder of saveCheckpoint',
    (x) => train.saveCheckpoint(x as never, { params: {}, config: {} }),
    PATH,
  ],
  ['saveCheckpoint', (x) => train.saveCheckpoint(folder(), x as never)],
  [
    'its params',
    (x) => train.saveCheckpoint(folder(), { params: x as never, config: {} }),
    ...TREES,
  ],
  ['its config', (x) => train.saveCheckpoint(folder(), { params: {}, config: x as never }), '{}'],
  ['the folder of loadCheckpoint', (x) => train.loadCheckpoint(x as never, train.textModelSchema)],
  ['the schema of loadCheckpoint', (x) => train.loadCheckpoint(folder(), x as never)],
  ['the folder of saveTextModel', (x) => train.saveTextModel(x as never, config, params), PATH],
  ['the config of saveTextModel', (x) => train.saveTextModel(folder(), x as never, params)],
  ['the params of saveTextModel', (x) => train.saveTextModel(folder(), config, x as never)],
  ['loadTextModel', (x) => train.loadTextModel(x as never)],
  ['buildTextLearner', (x) => train.buildTextLearner(x as never)],
  ['estimate', (x) => train.estimate(x as never)],
  ['formatAccuracy', (x) => train.formatAccuracy(x as never)],
  ['the learner of evaluate', (x) => evaluateWith(x, params, [episodes])],
  ['the params of evaluate', (x) => evaluateWith(learner, x, [episodes]), ...TREES],
  ['the batches of evaluate', (x) => evaluateWith(learner, params, x)],
  ['what a batch of evaluate returns', (x) => evaluateWith(learner, params, [() => x])],
  ['progressLogger', (x) => train.progressLogger(x as never)],
  ['its stream', (x) => train.progressLogger({ label: '', stream: x as never }), 'undefined'],
  ['csvLogger', (x) => train.csvLogger(x as never)],
  ['jsonLinesLogger', (x) => train.jsonLinesLogger(x as never)],
  ['tensorBoardLogger', (x) => train.tensorBoardLogger(x as never)],
  ['TensorBoardWriter', (x) => new train.TensorBoardWriter(x as never), PATH],
  ['latestCheckpoint', (x) => train.latestCheckpoint(x as never)],
  ['train', (x) => apply(train.train, x)],
  ['its checkpoints', (x) => trainWith({ checkpoints: x }), 'undefined'],
  ['its resume', (x) => trainWith({ resume: x }), 'undefined'],
  ['its plateau', (x) => trainWith({ plateau: x, evaluate: () => 1 }), 'undefined'],
  ['its earlyStopping', (x) => trainWith({ earlyStopping: x }), 'undefined'],
  ['its callbacks', (x) => trainWith({ callbacks: x }), 'undefined'],
  ['its clipNorm', (x) => trainWith({ clipNorm: x }), 'undefined', '7'],
  ['its accumulate', (x) => trainWith({ accumulate: x }), 'undefined', '7'],
  ['its precision', (x) => trainWith({ precision: x }), 'undefined'],
  ['its params', (x) => trainWith({ params: x }), ...TREES],
  ['what its episodes return', (x) => trainWith({ episodes: () => x })],
  ['learner', (x) => trainWith({ learner: x })],
  ['optimizer', (x) => trainWith({ optimizer: x })],
  ['episodes', (x) => trainWith({ episodes: x }), 'function'],
  ['steps', (x) => trainWith({ steps: x }), '7'],
  ['generator', (x) => trainWith({ generator: x }), 'undefined'],
  ['evaluate', (x) => trainWith({ evaluate: x }), 'undefined', 'function'],
  [
    'signal',
    (x) => trainWith({ signal: x }),
    'undefined',
    '{}',
    '[undefined]',
    '[null]',
    '[{}]',
    'function',
  ],
]);

test('an option of another name is refused', async () => {
  await expect(trainWith({ stepts: 3 })).rejects.toThrow('train: Unknown option stepts');
});

test('a query set of rows that only fill up is refused, and so is none', () => {
  const made = episodes();
  const { inputs, labels } = made.query;
  const judge = (query: object) =>
    train.evaluate(learner, params, [() => ({ ...made, query: { inputs, labels, ...query } })]);
  const message = 'Expected at least one query for each task but received';
  expect(() => judge({ labels: labels.fullLike(-100) })).toThrow(message);
  const first = labels.clone();
  first.select(0, 1).fill_(-100);
  expect(() => judge({ labels: first })).toThrow(message);
  expect(() => judge({ labels: labels.narrow(1, 0, 0) })).toThrow(message);
});

test('the classifier of a model with the wrong number of outputs is refused', () => {
  const model = { learner, params, vectorizer, ways: 0 };
  expect(() => new TextClassifier(model, LABELED)).toThrow('positive integer for model.ways');
});
