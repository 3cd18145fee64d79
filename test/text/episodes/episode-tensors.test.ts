import { IGNORED, prototypical, queryLogits } from '../../../lib/meta';
import {
  episodeTensors,
  meanEncoder,
  type TextEpisode,
  Vocabulary,
  VocabularyVectorizer,
  WordTokenizer,
} from '../../../lib/text';
import { leaves, torch } from '../../../lib/torch';

const vocabulary = Vocabulary.build([['rain', 'wind', 'bread', 'sugar']]);
const vectorizer = new VocabularyVectorizer({ tokenizer: new WordTokenizer(), vocabulary });
const ignored = BigInt(IGNORED);

const small: TextEpisode = {
  classes: ['weather', 'food'],
  support: [
    { text: 'rain', label: 0 },
    { text: 'sugar', label: 1 },
  ],
  query: [{ text: 'wind', label: 0 }],
};
const large: TextEpisode = {
  classes: ['food', 'weather'],
  support: [
    { text: 'bread', label: 0 },
    { text: 'sugar bread', label: 0 },
    { text: 'wind', label: 1 },
  ],
  query: [
    { text: 'sugar', label: 0 },
    { text: 'rain', label: 1 },
  ],
};

test('episodes become ids, masks and labels with a task axis', () => {
  const { ways, support, query } = episodeTensors([small, small], vectorizer);
  expect(ways).toBe(2);
  expect(support.inputs.ids.shape).toEqual([2, 2, 1]);
  expect(support.labels.tolist()).toEqual([
    [0n, 1n],
    [0n, 1n],
  ]);
  expect(support.labels.dtype).toBe('int64');
  expect(query.inputs.ids.tolist()).toEqual(
    [[vocabulary.id('wind')], [vocabulary.id('wind')]].map((row) => [row]),
  );
  expect(query.labels.tolist()).toEqual([[0n], [0n]]);
});

test('unequal episodes are filled up with empty texts whose label counts nowhere', () => {
  const { support, query } = episodeTensors([small, large], vectorizer);
  expect(support.labels.tolist()).toEqual([
    [0n, 1n, ignored],
    [0n, 0n, 1n],
  ]);
  expect(query.labels.tolist()).toEqual([
    [0n, ignored],
    [0n, 1n],
  ]);
  expect(support.inputs.mask.sum([-1]).tolist()).toEqual([
    [1, 1, 0],
    [1, 2, 1],
  ]);
});

test('what fills up changes nothing for the others', () => {
  const learner = prototypical({
    encoder: meanEncoder({ vocabularySize: vocabulary.size, dimensions: 4 }),
  });
  const params = learner.init(torch.generator(1));
  const { logits: together } = queryLogits(
    learner,
    params,
    episodeTensors([small, large], vectorizer),
  );
  const { logits: alone } = queryLogits(learner, params, episodeTensors([small], vectorizer));
  const difference = together.narrow(0, 0, 1).narrow(1, 0, 1).sub(alone).abs().max();
  expect(Number(difference.item())).toBeLessThan(1e-5);
});

test('makes no tensors but those it returns', () => {
  const before = torch.memory().tensors;
  const episodes = episodeTensors([small, large], vectorizer);
  expect(torch.memory().tensors - before).toBe(leaves(episodes).length);
  expect(leaves(episodes)).toHaveLength(6);
  const wrong = { ...small, query: [{ text: 1 as never, label: 0 }] };
  const middle = torch.memory().tensors;
  expect(() => episodeTensors([small, wrong], vectorizer)).toThrow(
    'Expected a string for episodes[1].query[0].text',
  );
  expect(torch.memory().tensors).toBe(middle);
});

test('refuses no episodes, and unequal numbers of classes', () => {
  expect(() => episodeTensors([], vectorizer)).toThrow('Expected at least one episode');
  const three = { ...small, classes: ['a', 'b', 'c'] };
  expect(() => episodeTensors([small, three], vectorizer)).toThrow(RangeError);
  expect(() => episodeTensors([small, three], vectorizer)).toThrow(
    'Expected episodes of 2 classes each for episodes but received number 3',
  );
});

test.each([
  ['support', 2, 'number 2', RangeError],
  ['support', -1, 'number -1', RangeError],
  ['query', IGNORED, 'number -100', RangeError],
  ['query', 0.5, 'number 0.5', RangeError],
  ['query', undefined, 'undefined', TypeError],
] as const)('refuses in the %s set the label %p', (set, label, received, kind) => {
  const before = torch.memory().tensors;
  const episode = { ...small, [set]: [{ text: 'rain', label }] };
  const make = () => episodeTensors([small, episode], vectorizer);
  expect(make).toThrow(kind);
  expect(make).toThrow(
    `Expected an integer from 0 to 1 for label of episodeTensors but received ${received}`,
  );
  expect(torch.memory().tensors).toBe(before);
});

test.each(['support', 'query'] as const)('refuses an empty %s set', (set) => {
  expect(() => episodeTensors([small, { ...small, [set]: [] }], vectorizer)).toThrow(
    `Expected at least one text for episodes[1].${set} but received array of length 0`,
  );
});

test('say which of all classes the labels stand for, if told', () => {
  const all = ['food', 'sport', 'weather'];
  const { classes } = episodeTensors([small, large], vectorizer, all);
  expect(classes?.tolist()).toEqual([
    [2n, 0n],
    [0n, 2n],
  ]);
  expect(episodeTensors([small], vectorizer).classes).toBeUndefined();
  expect(() => episodeTensors([small], vectorizer, ['food'])).toThrow(RangeError);
  expect(() => episodeTensors([small], vectorizer, [...all, 'food'])).toThrow(
    "Expected distinct strings for classes but received string 'food'",
  );
});
