import { readFileSync } from 'node:fs';
import { type Learner, prototypical, reptile } from '../../../lib/meta';
import { mlp } from '../../../lib/nn';
import { type OptimizerState, sgd } from '../../../lib/optim';
import { datasetFromRows, EpisodeSampler, episodeTensors, Vocabulary } from '../../../lib/text';
import { disposeTree, flattenTree, mapTree, type Tree, torch } from '../../../lib/torch';
import { buildTextLearner, type TrainOptions, train } from '../../../lib/train';
import { completeLearner, LEARNERS, type LearnerConfig } from '../../../lib/train/registry';
import { configFrom, readConfigFile } from '../../../lib/train/runs/config-file';
import { LEARNER_CONFIGS, TEXTS_FILE } from '../../helpers/learners/configs';
import { groupsInOneThread } from '../../helpers/processes/process-groups';

const { join: joinRanks } = groupsInOneThread();

const learners = [...LEARNER_CONFIGS.values()]
  .map((file) => configFrom([readConfigFile(file)]).learner)
  .filter((config): config is LearnerConfig => Object.hasOwn(LEARNERS, config.kind));

const rows = readFileSync(TEXTS_FILE, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','))
  .map(([text = '', label = '']) => ({ text, label }));
const dataset = datasetFromRows(rows);
const vocabulary = Vocabulary.build(rows.map(({ text }) => text.split(' ')));

/** Three tasks, of which the first two have fewer examples than the third. */
function episodes(vectorizer: Parameters<typeof episodeTensors>[1]) {
  const generator = torch.generator(3);
  const small = new EpisodeSampler(dataset, { ways: 3, shots: 1, queries: 1, generator });
  const large = new EpisodeSampler(dataset, { ways: 3, shots: 2, queries: 3, generator });
  const all = [small.episode(0), small.episode(1), large.episode(2)];
  return episodeTensors(all, vectorizer, dataset.classes);
}

/** The parameters after a step of rate 1, of one process or, divided, of two. */
async function moved(
  options: Omit<TrainOptions<Tree, unknown, Tree, OptimizerState>, 'steps'>,
  ranks: number,
) {
  const groups = ranks === 1 ? [undefined] : await joinRanks(ranks);
  const ends = await Promise.all(
    groups.map((group) =>
      train({ ...options, steps: 1, ...(group && { distributed: { group } }) }),
    ),
  );
  return ends.map(({ params }) => {
    const numbers = Object.values(flattenTree(params)).flatMap((p) => Array.from(p.data(), Number));
    disposeTree(params);
    return numbers;
  });
}

test('each learner of the registry is here', () => {
  expect(learners.map(({ kind }) => kind).toSorted()).toEqual(Object.keys(LEARNERS).toSorted());
});

test.each(learners.map((config) => [config.kind, config] as const))(
  '%s: the gradient of two ranks is that of one process, of tasks of any size',
  async (_, config) => {
    const { learner, vectorizer } = buildTextLearner({
      learner: completeLearner(config, { ways: 3, shots: 2, classes: dataset.classes.length }),
      encoder: { kind: 'mean', dimensions: 8 },
      tokenizer: {},
      maxLength: 8,
      vocabulary: { ...vocabulary.toJSON() },
    });
    const batch = episodes(vectorizer);
    const params = torch.scope(() =>
      mapTree(([p]) => p.to({ dtype: 'float64' }), learner.init(torch.generator(7))),
    );
    const options = { learner, params, optimizer: sgd({ learningRate: 1 }), episodes: () => batch };
    const [alone = []] = await moved(options, 1);
    const [first = [], second] = await moved(options, 2);
    expect(second).toEqual(first);
    expect(first).toHaveLength(alone.length);
    expect(Math.max(...first.map((x, i) => Math.abs(x - (alone[i] ?? Number.NaN))))).toBeLessThan(
      1e-10,
    );
    disposeTree([params, batch]);
  },
);

const model = mlp({ sizes: [4, 2] });
const optimizer = sgd({ learningRate: 0.1 });

test.each<[string, Partial<Learner<Tree, unknown>>, string]>([
  [
    'has a rule of its own and does not say how it joins tasks',
    { metaGradient: () => ({ gradients: {}, loss: 0, accuracy: 0 }) },
    "Expected 'mean' or 'sum' for reduction of a learner with a metaGradient of its own of train but received undefined",
  ],
  [
    'carries something from batch to batch',
    reptile({ model, optimizer, innerSteps: 1, carry: {} }) as Learner<Tree, unknown>,
    'Expected a learner that carries nothing from batch to batch for train with distributed',
  ],
])('a learner that %s is refused before the first step', async (_, more, message) => {
  const [group] = await joinRanks(1);
  const learner = { ...prototypical({ encoder: model }), ...more } as Learner<Tree, unknown>;
  const params = torch.scope(() => learner.init(torch.generator(1)));
  const batch = jest.fn();
  const options = { learner, params, optimizer, steps: 1, episodes: batch };
  await expect(train({ ...options, ...(group && { distributed: { group } }) })).rejects.toThrow(
    message,
  );
  expect(batch).not.toHaveBeenCalled();
  disposeTree(params);
});
