import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  AdaptedClassifier,
  ClassifierStore,
  createServer,
  type HttpServer,
} from '../../../lib/serve';
import type { LabeledText } from '../../../lib/text';
import { torch } from '../../../lib/torch';
import { LEARNERS, TRAINABLE } from '../../../lib/train/registry';
import { configFrom, readConfigFile } from '../../../lib/train/runs/config-file';
import { fitConfig } from '../../../lib/train/runs/fit';
import { loadModel, saveModel } from '../../../lib/train/runs/saved-model';
import { temporaryFolder } from '../../helpers/folders';
import { settledTensors } from '../../helpers/garbage';
import { configFile, LEARNER_CONFIGS } from '../../helpers/learners/configs';
import { sharedPool } from '../../helpers/served';

const names = [...LEARNER_CONFIGS.keys()];
const folder = temporaryFolder();
const pool = sharedPool();

const EXAMPLES: readonly LabeledText[] = [
  { text: 'where is my card', label: 'cards' },
  { text: 'my chip is gone', label: 'cards' },
  { text: 'tell me about the rain', label: 'weather' },
  { text: 'the wind was late', label: 'weather' },
  { text: 'I need bread', label: 'food' },
  { text: 'how much is the soup', label: 'food' },
];
const TEXTS = ['my card', 'rain and wind', 'a soup today', 'the teacher'];

test('there is a config for every learner of the registry', () => {
  expect(names.toSorted()).toEqual(Object.keys(TRAINABLE).toSorted());
  expect(names).toHaveLength(28);
});

test.each(names)(
  '%s trains, saves, loads, predicts the same numbers, serves and is kept',
  async (name) => {
    const before = await settledTensors();
    const config = configFrom([readConfigFile(configFile(name))]);
    const { model, runs, tests } = await fitConfig(undefined, config, {});
    expect(runs[0]?.steps).toBe(20);
    expect(tests[0]?.accuracy.mean).toBeGreaterThanOrEqual(0);
    const classifier = model.classifier(EXAMPLES);
    const expected = classifier.predict(TEXTS);
    classifier.dispose();
    saveModel(folder(), model, { examples: EXAMPLES });
    model.dispose();

    const loaded = await loadModel(folder());
    expect(Object.keys(LEARNERS)).toContain(loaded.facts.learner.kind);
    const again = loaded.classifier();
    expect(again.predict(TEXTS)).toEqual(expected);
    again.dispose();
    loaded.dispose();
    // Frequencies of words are with the learner until they are collected, maybe while another is tested.
    if (name !== 'distributional-signatures') {
      expect(torch.memory().tensors).toBeLessThanOrEqual(before);
    }

    await using served = await AdaptedClassifier.load(folder());
    const server: HttpServer = createServer({ own: served }, { log: 'silent' });
    const address = await server.listen({ port: 0 });
    const response = await fetch(`${address}/v1/classify`, {
      method: 'POST',
      body: JSON.stringify({ texts: TEXTS }),
      headers: { 'content-type': 'application/json', connection: 'close' },
    });
    const { predictions } = (await response.json()) as { predictions: typeof expected };
    await server.close();
    for (const [i, { label, probabilities }] of predictions.entries()) {
      expect(label).toBe(expected[i]?.label);
      expect(probabilities).toEqual(expected[i]?.probabilities);
    }
    await expectKept(expected);
  },
);

/** Takes the saved model into a store, and changes it there: what a kill leaves predicts the same numbers. */
async function expectKept(expected: readonly object[]): Promise<void> {
  const [own, copy] = [join(folder(), 'store'), join(folder(), 'copy')];
  await using store = await ClassifierStore.open(own, { pool: pool() });
  await store.import('own', folder());
  const before = await store.get('own')?.predict(TEXTS);
  expect(before).toMatchObject(expected.map((one) => ({ ...one })));
  const examples = [{ text: 'a cold wind', label: 'weather' }];
  await store.change('own', { type: 'addExamples', examples });
  await store.change('own', { type: 'removeExamples', texts: ['where is my card'] });
  cpSync(own, copy, { recursive: true });
  rmSync(join(copy, 'lock'));
  await using again = await ClassifierStore.open(copy, { pool: pool() });
  expect(again.get('own')?.examples).toEqual(store.get('own')?.examples);
  expect(await again.get('own')?.predict(TEXTS)).toEqual(await store.get('own')?.predict(TEXTS));
}
