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
