import * as text from '../../lib/text';
import { torch } from '../../lib/torch';
import { buildTextLearner } from '../../lib/train';
import { apply, itRefusesJunk } from '../helpers/junk';
import { LABELED, smallConfig } from '../helpers/learners/text-models';

const built = buildTextLearner(smallConfig({ kind: 'prototypical' }));
const model = { ...built, params: built.learner.init(torch.generator(1)) };
const { vectorizer } = model;
const dataset = text.datasetFromRows(LABELED);
const generator = torch.generator(1);
const set = { ways: 2, shots: 1, queries: 1, generator };
const sampler = new text.EpisodeSampler(dataset, set);
const [episode] = sampler.episodes(1);
const classifier = new text.TextClassifier(model, LABELED);
const vocabulary = text.Vocabulary.build([['a']]);
const encoder = text.meanEncoder({ vocabularySize: 4, dimensions: 2 });
const make = (of: new (...given: never[]) => unknown, ...given: unknown[]) =>
  Reflect.construct(of, given);
const tensors = (...given: unknown[]) => apply(text.episodeTensors, ...given);
const OPTIONS = ['undefined', '{}'];

afterAll(() => classifier.dispose());

itRefusesJunk([
  ['the dataset of EpisodeSampler', (x) => make(text.EpisodeSampler, x, set)],
  ['the options of EpisodeSampler', (x) => make(text.EpisodeSampler, dataset, x)],
  [
    'the generator of EpisodeSampler',
    (x) => make(text.EpisodeSampler, dataset, { ...set, generator: x }),
  ],
  ['episode', (x) => sampler.episode(x as never), '7'],
  ['episodes', (x) => sampler.episodes(x as never), '7'],
  ['batches', (x) => sampler.batches(x as never), '7'],
  ['the model of TextClassifier', (x) => make(text.TextClassifier, x, LABELED)],
  ['its learner', (x) => make(text.TextClassifier, { ...model, learner: x }, LABELED)],
  ['its vectorizer', (x) => make(text.TextClassifier, { ...model, vectorizer: x }, LABELED)],
  ['the examples of TextClassifier', (x) => make(text.TextClassifier, model, x)],
  ['predict', (x) => classifier.predict(x as never)],
  ['VocabularyVectorizer', (x) => make(text.VocabularyVectorizer, x)],
  ['vectorize', (x) => vectorizer.vectorize(x as never)],
  ['vectorizeTasks', (x) => text.vectorizeTasks(vectorizer, x as never)],
  ['a task of vectorizeTasks', (x) => text.vectorizeTasks(vectorizer, [x as never])],
  ['the vectorizer of vectorizeTasks', (x) => text.vectorizeTasks(x as never, [['a']])],
  ['lengths', (x) => vectorizer.lengths(x as never)],
  ['Vocabulary.build', (x) => text.Vocabulary.build(x as never)],
  ['its options', (x) => text.Vocabulary.build([], x as never), ...OPTIONS],
  ['fromJSON', (x) => text.Vocabulary.fromJSON(x)],
  ['has', (x) => vocabulary.has(x as never), "'x'"],
  ['id', (x) => vocabulary.id(x as never), "'x'"],
  ['encode', (x) => vocabulary.encode(x as never)],
  ['decode', (x) => vocabulary.decode(x as never)],
  ['WordTokenizer', (x) => make(text.WordTokenizer, x), ...OPTIONS],
  ['datasetFromRows', (x) => text.datasetFromRows(x as never)],
  ['the options of datasetFromRows', (x) => text.datasetFromRows([], x as never), ...OPTIONS],
  ['key', (x) => text.datasetFromRows(LABELED, { key: x as never }), 'undefined'],
  ['examples', (x) => dataset.examples(x as never)],
  ['encodeBatch', (x) => text.encodeBatch(x as never)],
  ['a list of encodeBatch', (x) => text.encodeBatch([x as never])],
  ['the options of encodeBatch', (x) => text.encodeBatch([], x as never), ...OPTIONS],
  ['episodeTensors', (x) => tensors(x, vectorizer)],
  ['the vectorizer of episodeTensors', (x) => tensors([episode], x)],
  ['the classes of all episodes', (x) => tensors([episode], vectorizer, x), 'undefined'],
  ['the classes of an episode', (x) => tensors([{ ...episode, classes: x }], vectorizer)],
  ['the support set', (x) => tensors([{ ...episode, support: x }], vectorizer)],
  ['the query set', (x) => tensors([{ ...episode, query: x }], vectorizer)],
  ['an empty query set', () => tensors([{ ...episode, query: [] }], vectorizer)],
  ['loadWordNet', (x) => text.loadWordNet(x as never), ...OPTIONS],
  ['its directory', (x) => text.loadWordNet({ directory: x as never }), 'undefined', "'x'"],
  ['meanEncoder', (x) => text.meanEncoder(x as never)],
  ['its input', (x) => encoder.apply(encoder.init(generator), x as never)],
  ['sameText', (x) => text.sameText(x as never), "'x'"],
  ['sameWords', (x) => text.sameWords(x as never), "'x'"],
]);

test('options of another name are refused', () => {
  const wrong = { shots: 1, maxlength: 3 } as never;
  expect(() => text.encodeBatch([], wrong)).toThrow('encodeBatch: Unknown option shots');
  expect(() => text.Vocabulary.build([], wrong)).toThrow('Vocabulary.build: Unknown option shots');
  expect(() => text.datasetFromRows([], wrong)).toThrow('datasetFromRows: Unknown option shots');
  expect(() => text.loadWordNet(wrong)).toThrow('readWordNetDefinitions: Unknown option shots');
  expect(() => make(text.VocabularyVectorizer, wrong)).toThrow(
    'VocabularyVectorizer: Unknown option shots',
  );
});

test('a hole in a list of texts is told by its place', () => {
  const texts = ['rain', 'wind'];
  texts[3] = 'sugar';
  expect(() => classifier.predict(texts)).toThrow(
    'Expected a string for texts[2] of TextClassifier.predict but received undefined',
  );
});
