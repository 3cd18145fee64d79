import { checkOptions, integerFrom, requireTexts } from '../check';
import { invalidArgument } from '../errors';
import { type Tensor, torch } from '../torch';
import { encodeBatch } from './encode-batch';
import type { Tokenizer } from './tokenizers/tokenizer';
import type { Vectorizer } from './vectorizer';
import { Vocabulary } from './vocabulary';

/** Token ids of texts and their mask: the input of text encoders that are trained. */
export type TokenBatch = {
  /** `[…, n, L]`, int32; padding is 0. */
  ids: Tensor;
  /** `[…, n, L]`, float32: 1 for tokens, 0 for padding. */
  mask: Tensor;
};

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

/** Texts to tensors of token ids, on the CPU. Repeated texts are tokenized once. */
export class VocabularyVectorizer implements Vectorizer<TokenBatch> {
  readonly #tokenizer: Tokenizer;
  readonly #vocabulary: Vocabulary;
  readonly #maxLength: number;
  readonly #remembered = new Map<string, Int32Array>();
  #characters = 0;

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
    this.#tokenizer = tokenizer;
    this.#vocabulary = vocabulary;
    this.#maxLength = integerFrom(1, maxLength, 'maxLength', 'VocabularyVectorizer');
  }

  /**
   * `n` texts as `[n, L]`, L being the tokens of the longest and at least 1.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  vectorize(texts: readonly string[]): TokenBatch {
    requireTexts(texts, 'texts', 'vectorize');
    const { ids, mask, shape } = encodeBatch(texts.map((text) => this.#idsOf(text)));
    return { ids: torch.tensor(ids, { shape }), mask: torch.tensor(mask, { shape }) };
  }

  /**
   * The number of tokens of each text, at most `maxLength`.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  lengths(texts: readonly string[]): number[] {
    requireTexts(texts, 'texts', 'lengths');
    return texts.map((text) => this.#idsOf(text).length);
  }

  #idsOf(text: string): Int32Array {
    const known = this.#remembered.get(text);
    if (known !== undefined) return known;
    const tokens = this.#tokenizer.tokenize(text).slice(0, this.#maxLength);
    const ids = this.#vocabulary.encode(tokens);
    this.#remember(text, ids);
    return ids;
  }

  /** Caches a text, and evicts the oldest ones when there are too many. */
  #remember(text: string, ids: Int32Array): void {
    this.#characters += text.length;
    this.#remembered.set(text, ids);
    for (const [oldest] of this.#remembered) {
      if (this.#characters <= CHARACTERS && this.#remembered.size <= TEXTS) return;
      this.#characters -= oldest.length;
      this.#remembered.delete(oldest);
    }
  }
}
