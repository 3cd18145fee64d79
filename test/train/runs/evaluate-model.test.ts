import { datasetFromRows } from '../../../lib/text';
import { fit as fitRun } from '../../../lib/train';
import { testConfig, testModel } from '../../../lib/train/runs/evaluate-model';
import type { MetaModel } from '../../../lib/train/runs/model';
import type { TaskMaker } from '../../../lib/train/runs/task-maker';
import { testOn } from '../../../lib/train/runs/test-run';
import { testMakers } from '../../../lib/train/runs/workshop';
import { temporaryFolder } from '../../helpers/folders';
import { writeTable } from '../../helpers/tables';
import { CLASSES, SMALL_RUN } from './small-run';

const folder = temporaryFolder();

const ROWS = CLASSES.flatMap((label) =>
  [1, 2, 3, 4].map((i) => ({ text: `${label} number ${i}`, label })),
);

let model: MetaModel;
beforeAll(async () => {
  ({ model } = await fitRun(datasetFromRows(ROWS), SMALL_RUN));
});
afterAll(() => model.dispose());

/** The config of a test of the model on a file of the same rows. */
const config = (over: object = {}) =>
  testConfig(model, { data: writeTable(folder(), ROWS), ...over });

test.each([
  [{ learner: 'maml' }, 'learner'],
  [{ encoder: { kind: 'cnn' } }, 'encoder.kind'],
  [{ steps: 9 }, 'steps'],
  [{ seeds: 3 }, 'seeds'],
  [{ out: 'elsewhere' }, 'out'],
  [{ predictions: false }, 'predictions'],
  [{ episodes: { ways: 2, shots: 2 } }, 'episodes.shots'],
  [{ evaluation: { validation: 8 } }, 'evaluation.validation'],
])('a test refuses %j, which would change nothing', (over, key) => {
  expect(() => config(over)).toThrow(
    new RegExp(`^Expected only keys that say what the model is asked .* but received ${key},`),
  );
});

test('what a test is asked may be said, and unknown keys are refused as ever', () => {
  const asked = { ways: 2, queries: 1, shots: [2], test: 4 };
  expect(config({ evaluation: asked, episodes: { ways: 2, queries: 3 } })).toMatchObject({
    evaluation: asked,
  });
  expect(() => config({ evaluation: { tset: 4 } })).toThrow('received tset');
});

test('more ways than classes are refused by the name of the data', async () => {
  await expect(testModel(model, config({ evaluation: { ways: 3 } }))).rejects.toThrow(
    /at least 3 classes of '.*' for test \(evaluation\.ways .* received 2: 'bread', 'train'/,
  );
});

test('classes that the model was trained on are told', async () => {
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    await testModel(model, config());
    expect(warnings).not.toHaveBeenCalled();
    const splits = { kind: 'classes', train: [], test: ['rain', 'bread', 'card'] };
    await testModel(model, config({ splits }));
    expect(warnings.mock.calls).toEqual([
      [
        "The model was trained on 2 of the 3 classes that it is tested on: 'rain', 'card'",
        { type: 'MetatorchWarning', code: 'METATORCH_SEEN_CLASSES' },
      ],
    ]);
  } finally {
    warnings.mockRestore();
  }
});

test('a signal ends it within the episodes of a number of shots, which are left out', async () => {
  const controller = new AbortController();
  const asked = config({ evaluation: { test: 100, shots: [1, 2] } });
  const classes = { train: [], validation: [], test: ['bread', 'train'] };
  const { vectorizer } = model;
  const dataset = datasetFromRows(ROWS);
  const makers = testMakers({ dataset, config: asked, classes, vectorizer, features: undefined });
  let made = 0;
  const test = (...of: Parameters<typeof makers>) => {
    const maker = makers(...of);
    if (maker === undefined) return undefined;
    const make: TaskMaker['make'] = (numbers) => {
      if (++made === 7) controller.abort();
      return maker.make(numbers);
    };
    return { ...maker, make };
  };
  const { learner, encoder, params, facts } = model;
  const built = { config: facts.learner, learner, encoder, params };
  const results = await testOn({ config: asked, test }, built, { signal: controller.signal });
  expect(results.map(({ shots, accuracies }) => [shots, accuracies.length])).toEqual([[1, 100]]);
  expect(made).toBe(7);
});
