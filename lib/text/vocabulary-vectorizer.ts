import { checkOptions, integerFrom } from '../check';
import { invalidArgument } from '../errors';
import { TokenVectorizer } from './token-vectorizer';
import type { Tokenizer } from './tokenizers/tokenizer';
import { Vocabulary } from './vocabulary';

export type VocabularyVectorizerOptions = {
  tokenizer: Tokenizer;
  vocabulary: Vocabulary;
  /** Tokens of a text beyond this many are left out. Default: 64. */
  maxLength?: number;
};

/** The most that a vectorizer caches, so that a server's texts do not fill its memory. */
const CHARACTERS = 2 ** 25;
/** An entry takes about 450 bytes, however short its text is. */
const TEXTS = 2 ** 17;

/** Texts as ids of a vocabulary's words, on the CPU. Repeated texts are tokenized once. */
export class VocabularyVectorizer extends TokenVectorizer {
  /**
   * @throws ArgumentTypeError for a tokenizer or vocabulary of another type; ArgumentTypeError or
   *   ArgumentRangeError unless `maxLength` is a positive integer
   */
  constructor(options: VocabularyVectorizerOptions) {
    checkOptions(options, ['tokenizer', 'vocabulary', 'maxLength'], 'VocabularyVectorizer');
    const { tokenizer, vocabulary, maxLength = 64 } = options;
    if (typeof tokenizer?.tokenize !== 'function') {
      throw invalidArgument('a Tokenizer', 'tokenizer', tokenizer);
    }
    if (!(vocabulary instanceof Vocabulary)) {
      throw invalidArgument('a Vocabulary', 'vocabulary', vocabulary);
    }
    integerFrom(1, maxLength, 'maxLength', 'VocabularyVectorizer');
    super(remembering((text) => vocabulary.encode(tokenizer.tokenize(text).slice(0, maxLength))));
  }
}

/** The function with a cache of its latest results; when there are too many, the oldest are evicted. */
function remembering(idsOf: (text: string) => Int32Array): (text: string) => Int32Array {
  const remembered = new Map<string, Int32Array>();
  let characters = 0;
  return (text) => {
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const ids = idsOf(text);
    characters += text.length;
    remembered.set(text, ids);
    for (const [oldest] of remembered) {
      if (characters <= CHARACTERS && remembered.size <= TEXTS) break;
      characters -= oldest.length;
      remembered.delete(oldest);
    }
    return ids;
  };
}
