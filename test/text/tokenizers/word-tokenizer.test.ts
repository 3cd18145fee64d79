import fc from 'fast-check';
import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import { WordTokenizer } from '../../../lib/text/tokenizers/word-tokenizer';

const english = new WordTokenizer();

test.each([
  ["The cat's 9 lives.", ['the', "cat's", '9', 'lives']],
  ['3.14 or 1,000 (e-mail)', ['3.14', 'or', '1,000', 'e', 'mail']],
  ['naïve Straße №5 – Ｃａｆé ﬁne', ['naïve', 'straße', 'no5', 'café', 'fine']],
  ['안녕하세요 세계', ['안녕하세요', '세계']],
  ['', []],
  [' \t\n…!? 🙂', []],
])('splits %p', (text, tokens) => {
  expect(english.tokenize(text)).toEqual(tokens);
});

test.each([
  ['th', 'ฉันรักแมว', ['ฉัน', 'รัก', 'แมว']],
  ['ja', '私は学生です。', ['私', 'は', '学生', 'です']],
  ['zh', '我爱北京天安门', ['我', '爱', '北京', '天安门']],
])('finds the words of %s, written without spaces', (locale, text, tokens) => {
  expect(new WordTokenizer({ locale }).tokenize(text)).toEqual(tokens);
  expect(english.tokenize(text)).toEqual(tokens);
});

describe('options', () => {
  test('the locale decides where words end, also in ASCII text: POSIX joins no letters', () => {
    const posix = new WordTokenizer({ locale: 'en-US-u-va-posix' });
    expect(posix.tokenize('e.g. a:b')).toEqual(['e', 'g', 'a', 'b']);
    expect(posix.tokenize('e.g. é:b')).toEqual(['e', 'g', 'é', 'b']);
    expect(english.tokenize('e.g. é:b')).toEqual(['e.g', 'é:b']);
  });

  test('lower-case by the locale, also in ASCII text', () => {
    expect(new WordTokenizer({ locale: 'tr' }).tokenize('IĞDIR')).toEqual(['ığdır']);
    expect(new WordTokenizer({ locale: 'tr' }).tokenize('I')).toEqual(['ı']);
    expect(english.tokenize('I')).toEqual(['i']);
  });

  test('lowerCase: false keeps capitals', () => {
    expect(new WordTokenizer({ lowerCase: false }).tokenize('New York é')).toEqual([
      'New',
      'York',
      'é',
    ]);
  });

  test('normalize: false keeps compatibility forms apart', () => {
    expect(new WordTokenizer({ normalize: false }).tokenize('ﬁne')).toEqual(['ﬁne']);
  });

  test('normalize also after lower-casing: H with line below has no precomposed capital', () => {
    expect(english.tokenize('H\u0331')).toEqual(['\u1e96']);
    expect(english.tokenize('\u1e96')).toEqual(['\u1e96']);
  });

  test('foldVariants: false keeps typographic characters apart', () => {
    const bare = new WordTokenizer({ foldVariants: false });
    expect(bare.tokenize('don\u2019t fore\u00adcast')).toEqual(['don\u2019t', 'fore\u00adcast']);
  });

  test.each([
    [{ lowercase: false }, 'WordTokenizer: Unknown option lowercase'],
    [{ lowerCase: 'false' }, 'Expected a boolean for lowerCase of WordTokenizer'],
    [null, 'Expected an object for the options of WordTokenizer but received null'],
  ])('refuses %p', (options, message) => {
    const make = () => Reflect.construct(WordTokenizer, [options]);
    expect(make).toThrow(ArgumentTypeError);
    expect(make).toThrow(message);
  });

  test('keepPunctuation keeps all but white space', () => {
    const tokenizer = new WordTokenizer({ keepPunctuation: true });
    expect(tokenizer.tokenize('Well, 私は 🙂!\n')).toEqual(['well', ',', '私', 'は', '🙂', '!']);
    expect(tokenizer.tokenize('Well, now!\n')).toEqual(['well', ',', 'now', '!']);
  });

  test('can be read, defaults filled in', () => {
    expect(new WordTokenizer({ locale: 'th' }).options).toEqual({
      chinese: 'words',
      locale: 'th',
      lowerCase: true,
      normalize: true,
      foldVariants: true,
      keepPunctuation: false,
    });
  });
});

test('gives the same tokens for canonically equivalent and differently cased text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(english.tokenize(text.normalize('NFD'))).toEqual(english.tokenize(text));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      expect(english.tokenize(text.toUpperCase())).toEqual(english.tokenize(text));
    }),
  );
});

test('takes any string, lone surrogates included, and gives no empty token', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) }),
      (text) => {
        expect(english.tokenize(text)).not.toContain('');
      },
    ),
  );
});

test.each([['zxx'], ['not a tag!'], ['']])('refuses the locale %p', (locale) => {
  expect(() => new WordTokenizer({ locale })).toThrow(ArgumentRangeError);
  expect(() => new WordTokenizer({ locale })).toThrow(`for locale but received string '${locale}'`);
});

test('refuses what is no string', () => {
  expect(() => Reflect.construct(WordTokenizer, [{ locale: 5 }])).toThrow(ArgumentTypeError);
  expect(() => Reflect.apply(english.tokenize, english, [7])).toThrow(
    'Expected a string for text but received number 7',
  );
});

describe('Chinese', () => {
  const text = '我的余额不足, how do I 还款?';

  test('bigrams are each two neighbours, and a character alone', () => {
    expect(new WordTokenizer({ chinese: 'bigrams' }).tokenize(`${text} 是`)).toEqual([
      '我的',
      '的余',
      '余额',
      '额不',
      '不足',
      'how',
      'do',
      'i',
      '还款',
      '是',
    ]);
  });

  test('words of a dictionary that knows those of a bank', () => {
    const words = new WordTokenizer({ chinese: 'jieba' }).tokenize(text);
    expect(words).toEqual(['我', '的', '余额', '不足', 'how', 'do', 'i', '还款']);
    expect(new WordTokenizer().tokenize('余额')).toEqual(['余', '额']);
  });

  test('characters beyond the basic plane are whole', () => {
    expect(new WordTokenizer({ chinese: 'bigrams' }).tokenize('\u{20000}\u{20001}一')).toEqual([
      '\u{20000}\u{20001}',
      '\u{20001}一',
    ]);
  });

  test('another way is refused', () => {
    expect(() => new WordTokenizer({ chinese: 'trigrams' as never })).toThrow(
      /words.*bigrams.*jieba/,
    );
  });
});
