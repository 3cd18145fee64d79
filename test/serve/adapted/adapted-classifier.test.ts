import { join } from 'node:path';
import { AdaptedClassifier } from '../../../lib/serve';
import { configFrom, flagSource, readConfigFile } from '../../../lib/train/runs/config-file';
import { fitConfig } from '../../../lib/train/runs/fit';
import { saveModel } from '../../../lib/train/runs/saved-model';
import { temporaryFolder } from '../../helpers/folders';

const CONFIGS = join(__dirname, '..', '..', 'fixtures', 'configs');
const EXAMPLES = ['card', 'rain', 'bread'].flatMap((word) => [
  { text: `where is my ${word}`, label: word },
  { text: `the ${word} was late`, label: word },
]);
const folder = temporaryFolder();

async function saved(learner: string, examples = EXAMPLES): Promise<void> {
  const file = readConfigFile(join(CONFIGS, `${learner}.yaml`));
  const config = configFrom([file, flagSource({ steps: 2 })]);
  const { model } = await fitConfig(undefined, config, {});
  saveModel(folder(), model, { examples });
  model.dispose();
}

test('learns and forgets labels while it answers', async () => {
  await saved('prototypical');
  await using classifier = await AdaptedClassifier.load(folder());
  expect(classifier.head).toBe('Prototypical Networks');
  await classifier.addExamples({ music: ['a song', 'the piano'] });
  const [first, empty] = await classifier.predict(['a song', ' ']);
  expect(first?.label).toBe('music');
  expect(empty).toMatchObject({ label: null, unknown: 'empty' });
  await classifier.renameLabel('music', 'sound');
  await classifier.removeLabel('card');
  expect(classifier.labels).toEqual(['rain', 'bread', 'sound']);
  const { examples, texts } = await classifier.plane(['the piano']);
  expect([examples.length, texts.length]).toEqual([6, 1]);
  await expect(classifier.removeLabel('none')).rejects.toThrow(RangeError);
});

test('a learner of fixed outputs refuses more labels than it has, and goes on', async () => {
  await saved('maml');
  await using classifier = await AdaptedClassifier.load(folder());
  await expect(classifier.addExamples({ music: ['a song'] })).rejects.toThrow(
    'Expected 2 to 3 labels for examples but received number 4',
  );
  expect(classifier.labels).toHaveLength(3);
  expect(await classifier.predict(['my card'])).toHaveLength(1);
});

test('a model without examples is refused, and a classifier that is closed', async () => {
  await saved('prototypical', []);
  await expect(AdaptedClassifier.load(folder())).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
  await saved('prototypical');
  const classifier = await AdaptedClassifier.load(folder());
  await classifier.close();
  await expect(classifier.predict(['a'])).rejects.toMatchObject({ code: 'ERR_TORCH_DISPOSED' });
});
