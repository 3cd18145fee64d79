import fc from 'fast-check';
import { WordTokenizer } from '../../../../lib/text';
import { bleu, chrf, rouge } from '../../../../lib/train';

// The example of sacreBLEU's README, with the scores that it states.
const SYSTEM = ['The dog bit the man.', "It wasn't surprising.", 'The man had just bitten him.'];
const REFERENCES = [
  ['The dog bit the man.', 'The dog had bit the man.'],
  ['It was not unexpected.', 'No one was surprised.'],
  ['The man bit him first.', 'The man had bitten the dog.'],
];

describe('bleu', () => {
  test('is that of sacreBLEU', () => {
    const { score, precisions, brevityPenalty } = bleu(SYSTEM, REFERENCES);
    expect(score).toBeCloseTo(48.53, 2);
    expect(precisions.map((own) => own.toFixed(1))).toEqual(['82.4', '50.0', '45.5', '37.5']);
    expect(brevityPenalty).toBeCloseTo(Math.exp(1 - 18 / 17), 12);
  });

  test('is 100 for the reference itself, and 0 without a word in common', () => {
    expect(bleu(['this is a short test'], [['this is a short test']]).score).toBeCloseTo(100, 9);
    expect(bleu(['one two three four'], [['five six seven eight']]).score).toBe(0);
    expect(bleu([''], [['a']])).toMatchObject({ score: 0, brevityPenalty: 0 });
  });

  test('smooths runs that are not matched, by hand', () => {
    // Matches: 2 of 4 words, none of 3, 2 and 1 longer runs.
    const { precisions, score } = bleu(['a x b y'], [['a z b w']]);
    const expected = [50, 100 / 6, 100 / 8, 100 / 8];
    expect(precisions).toEqual(expected);
    expect(score).toBeCloseTo(expected.reduce((product, own) => product * own, 1) ** 0.25, 9);
  });

  test('a text too short for runs of four has the score 0', () => {
    expect(bleu(['a b'], [['a b']]).score).toBe(0);
  });

  test('sets punctuation apart but for that inside of numbers', () => {
    // 13a: hello , world - 1,000.5 !
    expect(bleu(['Hello, world! 1,000.5'], [['Hello , world ! 1,000.5']]).score).toBeCloseTo(
      100,
      9,
    );
    expect(bleu(['5-6 &quot;a&quot;'], [['5 - 6 " a "']]).score).toBeCloseTo(100, 9);
    // 13a reads &amp; before &lt;, and what stands at the end of a text is gone before lines are joined.
    expect(bleu(['a &amp;lt; b c'], [['a < b c']]).score).toBeCloseTo(100, 9);
    expect(bleu(['a b c d-\n'], [['a b c d-']]).score).toBeCloseTo(100, 9);
  });

  test('takes another tokenizer, such as one for Chinese', () => {
    const tokenizer = new WordTokenizer();
    expect(bleu(['我的银行卡丢了'], [['我的银行卡丢了']], { tokenizer }).score).toBeCloseTo(100, 9);
  });
});

describe('chrf', () => {
  test('is that of sacreBLEU', () => {
    expect(chrf(SYSTEM, REFERENCES)).toBeCloseTo(59.73, 2);
  });

  test('by hand', () => {
    // ab against abc: P = (2/2 + 1/1) / 2, R = (2/3 + 1/2) / 2 over n = 1 and 2.
    const [precision, recall] = [1, 7 / 12];
    expect(chrf(['a b'], [['abc']])).toBeCloseTo(
      (100 * 5 * precision * recall) / (4 * precision + recall),
      9,
    );
    expect(chrf([''], [['abc']])).toBe(0);
    expect(chrf(['xyz'], [['abc']])).toBe(0);
    expect(chrf(['我的卡'], [['我的卡']])).toBeCloseTo(100, 9);
  });
});

describe('rouge', () => {
  test('is that of rouge_score', () => {
    // The example of its README: score(target, prediction).
    const { rouge1, rougeL } = rouge(
      'The quick brown dog jumps on the log.',
      'The quick brown fox jumps over the lazy dog',
    );
    expect(rouge1.precision).toBeCloseTo(0.75, 12);
    expect(rouge1.recall).toBeCloseTo(0.6666666666666666, 12);
    expect(rouge1.f1).toBeCloseTo(0.7058823529411765, 12);
    expect(rougeL.precision).toBeCloseTo(0.625, 12);
    expect(rougeL.recall).toBeCloseTo(0.5555555555555556, 12);
    expect(rougeL.f1).toBeCloseTo(0.5882352941176471, 12);
  });

  test('of pairs of words, and of nothing', () => {
    expect(rouge('testing one', 'testing one two').rouge2).toEqual({
      precision: 1,
      recall: 0.5,
      f1: 2 / 3,
    });
    expect(rouge('', 'testing').rouge1).toEqual({ precision: 0, recall: 0, f1: 0 });
  });

  test('refuses a reference without a word, and takes a tokenizer that finds some', () => {
    expect(() => rouge('我的卡', '我的卡')).toThrow('a text with words for its tokenizer');
    expect(rouge('我的卡', '我的卡', { tokenizer: new WordTokenizer() }).rougeL.f1).toBe(1);
  });
});

test('all are greatest for the right text, and within their bounds', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'dd'), { minLength: 4, maxLength: 9 });
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      const [own, right] = [one.join(' '), other.join(' ')];
      for (const [score, best] of [
        [bleu([own], [[right]]).score, bleu([right], [[right]]).score],
        [chrf([own], [[right]]), chrf([right], [[right]])],
        [rouge(own, right).rougeL.f1 * 100, rouge(right, right).rougeL.f1 * 100],
      ] as const) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(best + 1e-9);
        expect(best).toBeCloseTo(100, 9);
      }
    }),
  );
});

test('refuses what does not go together', () => {
  for (const metric of [bleu, chrf]) {
    expect(() => metric([], [])).toThrow('at least one text');
    expect(() => metric(['a'], [])).toThrow('1 lists, one for each candidate,');
    expect(() => metric(['a'], [[]])).toThrow('at least one reference');
  }
});
