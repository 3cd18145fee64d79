import {
  type Tokenizer,
  Vocabulary,
  VocabularyVectorizer,
  vectorizeTasks,
  WordTokenizer,
} from '../../lib/text';
import { torch } from '../../lib/torch';

const vocabulary = Vocabulary.build([['a'], ['a', 'b'], ['a', 'b', 'c']]);
const words = new WordTokenizer();

/** A tokenizer that counts how often it is asked. */
function counting(): Tokenizer & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    tokenize(text) {
      asked.push(text);
      return words.tokenize(text);
    },
  };
}

const vectorizer = new VocabularyVectorizer({ tokenizer: words, vocabulary, maxLength: 3 });

test('texts become ids and a mask of one length', () => {
  const { ids, mask } = vectorizer.vectorize(['c b', 'a', 'what a b c']);
  expect(ids.tolist()).toEqual([
    [4, 3, 0],
    [2, 0, 0],
    [1, 2, 3],
  ]);
  expect(mask.tolist()).toEqual([
    [1, 1, 0],
    [1, 0, 0],
    [1, 1, 1],
  ]);
  expect([ids.dtype, mask.dtype]).toEqual(['int32', 'float32']);
});

test('keeps 64 tokens of a text, unless told otherwise', () => {
  const own = new VocabularyVectorizer({ tokenizer: words, vocabulary });
  const ids = own.vectorize([`b ${'a '.repeat(64)}c`]).ids.tolist();
  expect(ids).toEqual([[3, ...new Array<number>(63).fill(2)]]);
});

test('the longest text of the batch, not the limit, decides the length', () => {
  expect(vectorizer.vectorize(['a', 'b']).ids.shape).toEqual([2, 1]);
  expect(vectorizer.vectorize(['']).ids.shape).toEqual([1, 1]);
  expect(vectorizer.vectorize(['']).mask.tolist()).toEqual([[0]]);
  expect(vectorizer.vectorize([]).ids.shape).toEqual([0, 1]);
});

test('tasks of unequal sizes are filled up with empty texts', () => {
  const { ids, mask } = vectorizeTasks(vectorizer, [['a b'], ['c', 'b']]);
  expect(ids.tolist()).toEqual([
    [
      [2, 3],
      [0, 0],
    ],
    [
      [4, 0],
      [3, 0],
    ],
  ]);
  expect(mask.sum([-1]).tolist()).toEqual([
    [2, 0],
    [1, 1],
  ]);
  expect(vectorizeTasks(vectorizer, [[], []]).ids.shape).toEqual([2, 1, 1]);
});

test('makes no tensors but the two it returns', () => {
  const before = torch.memory().tensors;
  const { ids, mask } = vectorizeTasks(vectorizer, [['a b'], ['c', 'b']]);
  expect(torch.memory().tensors).toBe(before + 2);
  ids.dispose();
  mask.dispose();
});

describe('remembers', () => {
  test('texts, so that each is tokenized once', () => {
    const tokenizer = counting();
    const own = new VocabularyVectorizer({ tokenizer, vocabulary });
    const first = own.vectorize(['a b', 'c']).ids.tolist();
    expect(own.vectorize(['a b', 'c', 'a b']).ids.tolist()).toEqual([...[first].flat(), [2, 3]]);
    expect(tokenizer.asked).toEqual(['a b', 'c']);
  });

  test('only as many as fit, and forgets the oldest', () => {
    const tokenizer = counting();
    const own = new VocabularyVectorizer({ tokenizer, vocabulary });
    const long = (letter: string) => `${letter} ${' '.repeat(2 ** 23)}`;
    for (const text of ['a', long('a'), long('b'), long('c')]) own.vectorize([text]);
    own.vectorize(['a', long('a')]);
    expect(tokenizer.asked.length).toBe(4);
    own.vectorize([`b${long('b')}`]);
    expect(tokenizer.asked.length).toBe(5);
    expect(own.vectorize([long('c')]).ids.tolist()).toEqual([[4]]);
    expect(tokenizer.asked.length).toBe(5);
    own.vectorize(['a']);
    expect(tokenizer.asked.length).toBe(6);
  });

  test('131,072 texts at most, however short', () => {
    const tokenizer = counting();
    const own = new VocabularyVectorizer({ tokenizer, vocabulary });
    const texts = Array.from({ length: 2 ** 17 }, (_, i) => `${i}`);
    torch.scope(() => own.vectorize(texts));
    own.vectorize(['0', 'a', '1']);
    expect(tokenizer.asked.slice(texts.length)).toEqual(['a']);
    own.vectorize(['2', '0']);
    expect(tokenizer.asked.slice(texts.length)).toEqual(['a', '0']);
  });

  test('no text that is larger than all that it may remember', () => {
    const tokenizer = counting();
    const own = new VocabularyVectorizer({ tokenizer, vocabulary });
    const huge = `b${' '.repeat(2 ** 25)}`;
    expect(own.vectorize([huge]).ids.tolist()).toEqual([[3]]);
    own.vectorize([huge]);
    expect(tokenizer.asked.length).toBe(2);
  });
});

describe('refuses', () => {
  test.each([0, 1.5, '3'])('a maxLength of %j', (maxLength) => {
    const options = { tokenizer: words, vocabulary, maxLength: maxLength as number };
    expect(() => new VocabularyVectorizer(options)).toThrow(
      'Expected an integer of at least 1 for maxLength',
    );
  });

  test('what is no tokenizer or vocabulary', () => {
    expect(() => new VocabularyVectorizer({ vocabulary } as never)).toThrow(
      'Expected a Tokenizer for tokenizer but received undefined',
    );
    const saved = { tokenizer: words, vocabulary: vocabulary.toJSON() };
    expect(() => new VocabularyVectorizer(saved as never)).toThrow(
      'Expected a Vocabulary for vocabulary but received Object',
    );
  });

  test('a text where a list of texts belongs, which it would take letter by letter', () => {
    expect(() => vectorizer.vectorize('abc' as never)).toThrow(
      "Expected an array of strings for texts of vectorize but received string 'abc'",
    );
    expect(() => vectorizeTasks(vectorizer, ['abc'] as never)).toThrow(
      "Expected an array of strings for tasks[0] of vectorizeTasks but received string 'abc'",
    );
  });

  test('what is no text', () => {
    expect(() => vectorizer.vectorize([1 as never])).toThrow('Expected a string for text');
  });
});
