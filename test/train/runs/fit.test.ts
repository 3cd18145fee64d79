import { datasetFromRows } from '../../../lib/text';
import { fit, fitInWorker } from '../../../lib/train';

const dataset = datasetFromRows([{ text: 'a', label: 'b' }]);

test.each([
  ['fit', fit],
  ['fitInWorker', fitInWorker],
])('%s names what is missing of a dataset', async (name, run) => {
  const without = { examples: () => [], name: 'x', size: 0, removed: dataset.removed };
  // @ts-expect-error It has no classes.
  await expect(run(without, { learner: 'prototypical' })).rejects.toThrow(
    `an array of class names for data.classes of ${name}`,
  );
  // @ts-expect-error It has no examples.
  await expect(run({ classes: [] }, { learner: 'prototypical' })).rejects.toThrow(
    `a dataset { examples } for data of ${name}`,
  );
});

test.each([
  ['fit', fit, { logger: {} }, 'Unknown option logger; expected loggers'],
  ['fit', fit, { loggers: 3 }, 'Expected a function for loggers of fit'],
  ['fit', fit, { signal: {} }, 'Expected an AbortSignal for signal of fit'],
  ['fitInWorker', fitInWorker, { loggers: () => [] }, 'Unknown option loggers; expected logger'],
  ['fitInWorker', fitInWorker, { logger: 3 }, 'logger of fitInWorker'],
])('%s refuses hooks that nobody would call', async (_, run, hooks, message) => {
  await expect(run(dataset, { learner: 'prototypical' }, hooks as never)).rejects.toThrow(message);
});

/** Ten classes of six texts. */
const small = datasetFromRows(
  Array.from({ length: 60 }, (_, i) => ({
    text: `word${i % 10} number${i}`,
    label: `class ${i % 10}`,
  })),
);

const run = (evaluation: object, ways = 2) => {
  const steps: number[] = [];
  const ran = fit(
    small,
    {
      learner: 'prototypical',
      encoder: { kind: 'mean', dimensions: 4 },
      episodes: { ways, shots: 1, queries: 2, tasks: 1 },
      steps: 2,
      evaluation: { validation: 2, test: 2, shots: 1, ...evaluation },
    },
    { loggers: () => [{ step: ({ step }) => void steps.push(step) }] },
  );
  return { ran, steps };
};

test.each([
  [{ shots: [1, 5] }, 'at least 7 examples (shots and queries) for each class'],
  [{ queries: 6 }, 'at least 7 examples (shots and queries) for each class'],
  [{ ways: 3 }, "at least 3 classes of 'texts' for validation (evaluation.ways"],
])(
  'says before a step is taken that classes are too small to be tested by %j',
  async (evaluation, message) => {
    const { ran, steps } = run(evaluation);
    await expect(ran).rejects.toThrow(message);
    expect(steps).toEqual([]);
  },
);

test('tests with fewer ways than it trains with, where there are fewer classes', async () => {
  const { ran, steps } = run({ ways: 2 }, 5);
  const { model, tests } = await ran;
  expect([tests.length, steps.length]).toEqual([1, 2]);
  model.dispose();
});
