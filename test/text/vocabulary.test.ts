import fc from 'fast-check';
import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import { PAD_TOKEN, UNKNOWN_TOKEN, Vocabulary } from '../../lib/text/vocabulary';

const lists = [
  ['the', 'cat', 'the', 'dog'],
  ['a', 'dog', 'the'],
];

describe('build', () => {
  test('orders by count, then by code points', () => {
    expect(Vocabulary.build(lists).tokens).toEqual(['<pad>', '<unk>', 'the', 'dog', 'a', 'cat']);
    const equals = Vocabulary.build([['z', '\u{1f600}', 'é', '\uff5e', 'Z']]);
    expect(equals.tokens.slice(2)).toEqual(['Z', 'z', 'é', '\uff5e', '\u{1f600}']);
  });

  test('leaves out tokens seen fewer times than minCount', () => {
    expect(Vocabulary.build(lists, { minCount: 2 }).tokens.slice(2)).toEqual(['the', 'dog']);
    expect(Vocabulary.build(lists, { minCount: 4 }).size).toBe(2);
  });

  test('keeps the most frequent up to maxSize, special tokens included', () => {
    expect(Vocabulary.build(lists, { maxSize: 3 }).tokens).toEqual(['<pad>', '<unk>', 'the']);
    expect(Vocabulary.build(lists, { maxSize: 2 }).size).toBe(2);
  });

  test('gives further special tokens the ids from 2 on, and does not count them again', () => {
    const vocabulary = Vocabulary.build([['<sep>', 'x', '<pad>']], { specials: ['<sep>'] });
    expect(vocabulary.tokens).toEqual(['<pad>', '<unk>', '<sep>', 'x']);
    expect([...vocabulary.encode(['<sep>', '<pad>'])]).toEqual([2, 0]);
  });

  test('does not depend on the order of the texts', () => {
    const corpus = fc.array(fc.array(fc.string({ unit: 'binary', maxLength: 2 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(corpus, (texts) => {
        const reversed = texts.map((tokens) => [...tokens].reverse()).reverse();
        expect(Vocabulary.build(reversed).tokens).toEqual(Vocabulary.build(texts).tokens);
      }),
    );
  });

  test('counts tokens that are names of Object.prototype', () => {
    const vocabulary = Vocabulary.build([['constructor', '__proto__', '__proto__']]);
    expect(vocabulary.tokens.slice(2)).toEqual(['__proto__', 'constructor']);
    expect(vocabulary.has('toString')).toBe(false);
  });

  test.each([
    [{ minCount: 0 }, 'minCount'],
    [{ minCount: 1.5 }, 'minCount'],
    [{ maxSize: 1 }, 'maxSize'],
    [{ maxSize: 2, specials: ['<sep>'] }, 'maxSize'],
    [{ specials: ['<pad>'] }, "string '<pad>'"],
  ])('refuses %p', (options, named) => {
    expect(() => Vocabulary.build(lists, options)).toThrow(ArgumentRangeError);
    expect(() => Vocabulary.build(lists, options)).toThrow(named);
  });
});

describe('build refuses by its type', () => {
  test.each<[string, unknown, object, string]>([
    ['a text', 'a cat', {}, "Expected lists of tokens for tokenLists but received string 'a cat'"],
    [
      'texts, of which it would count the letters',
      [['the', 'cat'], 'the dog'],
      {},
      "Expected a list of tokens for each of tokenLists but received string 'the dog'",
    ],
    ['what are no tokens', [['a', 7]], {}, 'Expected strings for the tokens of the vocabulary'],
    ['one special token', lists, { specials: '<s>' }, 'an array of strings for specials'],
  ])('%s', (_, tokenLists, options, message) => {
    const build = () => Reflect.apply(Vocabulary.build, Vocabulary, [tokenLists, options]);
    expect(build).toThrow(ArgumentTypeError);
    expect(build).toThrow(message);
  });
});

describe('encode and decode', () => {
  const vocabulary = Vocabulary.build(lists);

  test('give ids, and that of <unk> for what is not held', () => {
    expect(vocabulary.encode(['dog', 'bird', 'the'])).toEqual(Int32Array.of(3, 1, 2));
    expect(vocabulary.encode([])).toEqual(new Int32Array(0));
    expect([vocabulary.id('cat'), vocabulary.id('bird')]).toEqual([5, vocabulary.unknownId]);
    expect([vocabulary.id(PAD_TOKEN), vocabulary.id(UNKNOWN_TOKEN)]).toEqual([0, 1]);
    expect([vocabulary.has('cat'), vocabulary.has('bird')]).toEqual([true, false]);
  });

  test('are inverse for tokens that it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...vocabulary.tokens)), (tokens) => {
        expect(vocabulary.decode(vocabulary.encode(tokens))).toEqual(tokens);
      }),
    );
  });

  test.each([[6], [-1], [0.5]])('refuses the id %d', (id) => {
    expect(() => vocabulary.decode([0, id])).toThrow(
      `Expected an id below 6 for ids but received number ${id}`,
    );
  });
});

describe('frequencies', () => {
  test('are shares of all tokens; what was left out counts as <unk>', () => {
    expect([...Vocabulary.build(lists).frequencies()]).toEqual(
      [0, 0, 3, 2, 1, 1].map((count) => Math.fround(count / 7)),
    );
    const small = Vocabulary.build([...lists, ['<unk>', '<sep>']], {
      minCount: 2,
      specials: ['<sep>'],
    });
    expect([...small.frequencies()]).toEqual(
      [0, 3, 1, 3, 2].map((count) => Math.fround(count / 9)),
    );
  });

  test('outlast JSON, and are refused where nothing was counted', () => {
    const vocabulary = Vocabulary.build(lists);
    const read = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
    expect(read.frequencies()).toEqual(vocabulary.frequencies());
    const { version, specials, tokens } = vocabulary.toJSON();
    const old = { version, specials, tokens };
    expect(Vocabulary.fromJSON(old).tokens).toEqual(vocabulary.tokens);
    expect(() => Vocabulary.fromJSON(old).frequencies()).toThrow(ArgumentRangeError);
    expect(() => Vocabulary.build([]).frequencies()).toThrow('that has counted tokens');
  });
});

describe('JSON', () => {
  test('keeps everything', () => {
    const vocabulary = Vocabulary.build(lists, { specials: ['<sep>'] });
    const text = JSON.stringify(vocabulary);
    expect(JSON.parse(text)).toEqual({
      version: 1,
      specials: ['<pad>', '<unk>', '<sep>'],
      tokens: ['the', 'dog', 'a', 'cat'],
      counts: [0, 0, 0, 3, 2, 1, 1],
    });
    const read = Vocabulary.fromJSON(JSON.parse(text));
    expect(read.tokens).toEqual(vocabulary.tokens);
    expect(JSON.stringify(read)).toBe(text);
  });

  const good = { version: 1, specials: ['<pad>', '<unk>'], tokens: ['a'] };

  test.each([
    [null, 'Expected an object for json'],
    [{ ...good, version: 2 }, 'version'],
    [{ ...good, tokens: new Array(2 ** 32 - 1) }, 'holes'],
    [{ ...good, tokens: ['a', 7] }, 'tokens[1]'],
    [{ ...good, extra: true }, 'extra'],
    [{ ...good, counts: [0, 0, -1] }, 'counts[2]'],
    [{ ...good, counts: [0, 0, 0.5] }, 'counts[2]'],
  ])('refuses %p and says where', (json, named) => {
    expect(() => Vocabulary.fromJSON(json)).toThrow(ArgumentTypeError);
    expect(() => Vocabulary.fromJSON(json)).toThrow(named);
  });

  test.each([
    [{ ...good, tokens: ['a', 'b', 'a'] }, "string 'a'"],
    [{ ...good, specials: ['<unk>', '<pad>'] }, '<unk>, <pad>'],
    [{ ...good, specials: [] }, 'first'],
    [{ ...good, specials: ['<pad>', '<sep>'] }, '<pad>, <sep>'],
    [{ ...good, counts: [0, 0] }, '3 counts'],
    [{ ...good, counts: [0, 0, 1, 1] }, '3 counts'],
  ])('refuses %p, whose ids would be wrong', (json, named) => {
    expect(() => Vocabulary.fromJSON(json)).toThrow(ArgumentRangeError);
    expect(() => Vocabulary.fromJSON(json)).toThrow(named);
  });
});

test('decode refuses ids that are no numbers', () => {
  const vocabulary = Vocabulary.build([['a']]);
  for (const junk of ['length', {}, 1n]) {
    expect(() => vocabulary.decode([junk as number])).toThrow(ArgumentRangeError);
  }
});
