import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AdaptedClassifier, createServer, type HttpServer } from '../../../lib/serve';
import type { LabeledText } from '../../../lib/text';
import { torch } from '../../../lib/torch';
import { LEARNERS, TRAINABLE } from '../../../lib/train/registry';
import { configFrom, readConfigFile } from '../../../lib/train/runs/config-file';
import { fitConfig } from '../../../lib/train/runs/fit';
import { loadModel, saveModel } from '../../../lib/train/runs/saved-model';
import { temporaryFolder } from '../../helpers/folders';
import { settledTensors } from '../../helpers/garbage';

const CONFIGS = join(__dirname, '..', '..', 'fixtures', 'configs');
const names = readdirSync(CONFIGS)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => basename(file, '.yaml'));
const folder = temporaryFolder();

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

test.each(names)('%s trains, saves, loads, predicts the same numbers and serves', async (name) => {
  const before = await settledTensors();
  const config = configFrom([readConfigFile(join(CONFIGS, `${name}.yaml`))]);
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
});
