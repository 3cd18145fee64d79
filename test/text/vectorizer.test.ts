import { nearestClassMean, queryLogits } from '../../lib/meta';
import { identity } from '../../lib/nn';
import { episodeTensors, TextClassifier, type Vectorizer, vectorizeTasks } from '../../lib/text';
import { type Tensor, torch } from '../../lib/torch';

/** How often each of the letters a and b stands in a text. */
const counts: Vectorizer<Tensor> = {
  vectorize: (texts) => {
    const count = (text: string, letter: string) => text.split(letter).length - 1;
    const rows = Float32Array.from(texts.flatMap((text) => [count(text, 'a'), count(text, 'b')]));
    return torch.tensor(rows, { shape: [texts.length, 2] });
  },
  lengths: (texts) => texts.map(() => 1),
};

test('the texts of tasks become one tensor, filled up with empty texts', () => {
  expect(vectorizeTasks(counts, [['ab', 'a'], ['bb']]).tolist()).toEqual([
    [
      [1, 1],
      [1, 0],
    ],
    [
      [0, 2],
      [0, 0],
    ],
  ]);
  expect(vectorizeTasks(counts, [[], []]).shape).toEqual([2, 1, 2]);
});

test('features of your own serve episodes, learners and classifiers', () => {
  const learner = nearestClassMean({ encoder: identity() });
  const support = [
    { text: 'aa', label: 0 },
    { text: 'bb', label: 1 },
  ];
  const episode = { classes: ['a', 'b'], support, query: [{ text: 'bbb', label: 1 }] };
  const episodes = episodeTensors([episode], counts);
  const { logits } = queryLogits(learner, learner.init(torch.generator(0)), episodes);
  expect(logits.argmax(-1).tolist()).toEqual([[1n]]);
  const model = { learner, params: learner.init(torch.generator(0)), vectorizer: counts };
  using classifier = new TextClassifier(model, [
    { text: 'aa', label: 'as' },
    { text: 'bb', label: 'bs' },
  ]);
  expect(classifier.predict(['aaa', 'b']).map(({ label }) => label)).toEqual(['as', 'bs']);
});

test('refuses a result with another number of rows, and what is not a tensor', () => {
  const short = { ...counts, vectorize: () => torch.zeros([1, 2]) };
  expect(() => vectorizeTasks(short, [['a', 'b']])).toThrow(
    'Expected [2, …] for the result of vectorize of vectorizeTasks but received [1, 2]',
  );
  expect(() => vectorizeTasks({ ...counts, vectorize: () => 1 as never }, [['a']])).toThrow(
    'Expected a tensor, array or plain object',
  );
  expect(() => vectorizeTasks({ vectorize: counts.vectorize } as never, [['a']])).toThrow(
    'Expected a vectorizer { vectorize, lengths } for vectorizer of vectorizeTasks',
  );
});
