import { AdaptedClassifier, MetaModelPool } from '../../../lib/serve';
import { MemoryClassifiers } from '../../../lib/serve/store/memory-classifiers';
import { loadModel, saveModel } from '../../../lib/train/runs/saved-model';
import { temporaryFolder } from '../../helpers/folders';
import { trainedModel } from '../../helpers/learners/trained-model';

const EXAMPLES = ['card', 'rain', 'bread'].flatMap((word) => [
  { text: `where is my ${word}`, label: word },
  { text: `the ${word} was late`, label: word },
]);
const folder = temporaryFolder();
const trained = (learner: string) => trainedModel(learner, 2);

async function saved(learner: string, examples = EXAMPLES): Promise<void> {
  const model = await trained(learner);
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

test.each(['prototypical', 'maml'])(
  '%s names labels rightly when the first example of one is forgotten',
  async (learner) => {
    const rows = ['card', 'rain', 'card', 'rain'].map((word, i) => ({
      text: `${word} ${i < 2 ? 'today' : 'tomorrow'}`,
      label: word,
    }));
    await saved(learner, rows);
    await using classifier = await AdaptedClassifier.load(folder());
    await classifier.removeExamples(['card today']);
    expect(classifier.labels).toEqual(['rain', 'card']);
    await using again = await AdaptedClassifier.adapt(classifier.examples, {
      model: classifier.model,
    });
    expect(await classifier.predict(rows.map(({ text }) => text))).toEqual(
      await again.predict(rows.map(({ text }) => text)),
    );
    using model = await loadModel(folder());
    using own = model.classifier(rows.slice(1));
    const [expected] = own.predict(['rain today']);
    expect((await classifier.predict('rain today')).probabilities).toEqual(expected?.probabilities);
  },
);

test('a model says what its threads do, and what waits for them', async () => {
  await saved('prototypical');
  await using model = await MetaModelPool.open(folder());
  await model.warmUp();
  await using classifier = await AdaptedClassifier.adapt(EXAMPLES, { model });
  expect(new MemoryClassifiers({ own: classifier }).pools()[0]).toBe(model);
  expect(model.load).toEqual({ queued: 0, running: 0, jobs: 0 });
  const first = classifier.predict('my card');
  const others = [classifier.predict(['the rain', 'bread']), classifier.plane()];
  // Promises alone have their turns here: a thread cannot answer before a turn of the event loop.
  for (let turn = 0; turn < 50; turn++) await undefined;
  expect(model.load).toEqual({ queued: 2, running: 1, jobs: 1 });
  await Promise.all([first, ...others]);
  expect(model.load).toEqual({ queued: 0, running: 0, jobs: 0 });
});

test('classifiers of one model see their own examples alone', async () => {
  await saved('prototypical', []);
  await using model = await MetaModelPool.open(folder());
  expect([model.title, model.examples]).toEqual(['Prototypical Networks', []]);
  const cards = await AdaptedClassifier.adapt(
    { lost: ['my card is gone'], pin: ['a new pin'] },
    { model },
  );
  const food = await AdaptedClassifier.adapt(
    { soup: ['a soup'], bread: ['I need bread'] },
    { model },
  );
  const [before] = await Promise.all([cards.predict('my card'), food.predict('my card')]);
  await food.addExamples({ tea: ['a cup of tea'] });
  expect(Object.keys((await food.predict('tea')).probabilities)).toEqual(['soup', 'bread', 'tea']);
  expect(await cards.predict('my card')).toEqual(before);
  await food.close();
  await expect(food.predict('tea')).rejects.toThrow('The classifier is closed');
  expect((await cards.predict('my card')).label).toBe('lost');
  await cards.close();
  // @ts-expect-error A model is needed.
  await expect(AdaptedClassifier.adapt({ a: ['b'] }, {})).rejects.toThrow(
    'model of AdaptedClassifier.adapt',
  );
  await expect(AdaptedClassifier.adapt({ a: ['b'] }, { model })).rejects.toThrow(
    'at least 2 labels',
  );
  const limits = { examples: 1 };
  const two = { a: ['b'], c: ['d'] };
  await expect(AdaptedClassifier.adapt(two, { model, limits })).rejects.toThrow(
    'at most 1 examples',
  );
  await model.close();
  await expect(AdaptedClassifier.adapt(two, { model })).rejects.toThrow('The model is closed');
});

test('more classifiers of a model than stay adapted all answer as before', async () => {
  await saved('prototypical', []);
  await using model = await MetaModelPool.open(folder());
  const all = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      AdaptedClassifier.adapt({ [`a${i}`]: ['my card'], b: ['the rain'] }, { model }),
    ),
  );
  for (const [i, one] of all.entries()) expect((await one.predict('card')).label).toBe(`a${i}`);
});
