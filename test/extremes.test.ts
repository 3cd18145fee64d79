import { argmax, greatest, smallest } from '../lib/extremes';
import { type Episodes, type Learner, selectLearner, taskCrossEntropy } from '../lib/meta';
import { episodeTensors, TextClassifier, vectorizeTasks } from '../lib/text';
import { torch } from '../lib/torch';
import { buildTextLearner, evaluate } from '../lib/train';
import { smallConfig } from './helpers/learners/text-models';

// More than V8 takes as arguments of one call, about 120,000 with its usual stack.
const MANY = 200_000;
const { vectorizer } = buildTextLearner(smallConfig({ kind: 'prototypical' }));

test('the greatest and the smallest of any number of numbers', () => {
  const numbers = Array.from({ length: MANY }, (_, i) => Math.abs(i - 3) - 7);
  expect(greatest(numbers)).toBe(MANY - 11);
  expect(smallest(numbers)).toBe(-7);
  expect(greatest(new Set([-2, -5]), 0)).toBe(0);
  expect(smallest([2, 5], 0)).toBe(0);
  expect(greatest([])).toBe(-Infinity);
  expect(smallest([])).toBe(Infinity);
  expect(greatest([1, Number.NaN, 3])).toBeNaN();
});

test.each<[string, ArrayLike<number>, number]>([
  ['in the middle', [1, 3, 2], 1],
  ['of negative ones too', [-3, -1, -2], 1],
  ['of equals the first', [2, 5, 5], 1],
  ['of a typed array', Float64Array.of(0.1, 0.2, 0.7), 2],
  ['of none the first place', [], 0],
])('the place of the greatest: %s', (_, values, place) => {
  expect(argmax(values)).toBe(place);
});

test('vectorizeTasks takes as many tasks as there are', () => {
  const { ids } = vectorizeTasks(vectorizer, new Array<string[]>(MANY).fill(['heavy']));
  expect(ids.shape[0]).toBe(MANY);
});

test('episodeTensors takes as many episodes as there are', () => {
  const part = [{ text: 'heavy', label: 0 }];
  const episode = { classes: ['a', 'b'], support: part, query: part };
  const { support } = episodeTensors(new Array<typeof episode>(MANY).fill(episode), vectorizer);
  expect(support.labels.shape).toEqual([MANY, 1]);
});

const first: Learner<Record<string, never>, null> = {
  init: () => ({}),
  adapt: () => null,
  predict: () => torch.tensor([1, 0]).expand([MANY, 1, 2]),
  loss: taskCrossEntropy,
  classifies: true,
};
const set = {
  inputs: torch.zeros([MANY, 1, 1]),
  labels: torch.zeros([MANY, 1], { dtype: 'int64' }),
};
const episodes: Episodes = { ways: 2, support: set, query: set };

test('evaluate takes as many tasks at once as there are', () => {
  expect(evaluate(first, {}, [() => episodes]).accuracy?.count).toBe(MANY);
});

test('selectLearner takes as many scores of a batch as there are', () => {
  const score = () => new Array<number>(MANY).fill(1);
  const { scores } = selectLearner(
    { first: { learner: first, params: {} } },
    [() => episodes],
    score,
  );
  expect(scores.first).toHaveLength(MANY);
});

test('a classifier takes the greatest of as many labels as there are', () => {
  const count = 130_000;
  const learner = { ...first, predict: () => torch.zeros([1, 1, count]) };
  const examples = Array.from({ length: count }, (_, i) => ({ text: 'a', label: `${i}` }));
  const classifier = new TextClassifier(
    { learner: learner as never, params: {}, vectorizer },
    examples,
  );
  expect(classifier.predict(['a'])[0]?.label).toBe('0');
  classifier.dispose();
});
