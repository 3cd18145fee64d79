import { requireTexts } from '../../../check';
import type { TokenIds } from '../../../nn';
import { torch } from '../../../torch';
import { encodeBatch } from '../../encode-batch';

/** Texts as the ids of a pre-trained tokenizer and their mask, for encoders that are trained further. */
export class TokenVectorizer {
  readonly #tokenize: (text: string) => Int32Array;

  /** @param tokenize the ids of one text, special ones included */
  constructor(tokenize: (text: string) => Int32Array) {
    this.#tokenize = tokenize;
  }

  /**
   * `n` texts as ids and mask `[n, L]`, L being the tokens of the longest.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  vectorize(texts: readonly string[]): TokenIds {
    requireTexts(texts, 'texts', 'vectorize');
    const { ids, mask, shape } = encodeBatch(texts.map((text) => this.#tokenize(text)));
    return { ids: torch.tensor(ids, { shape }), mask: torch.tensor(mask, { shape }) };
  }

  /**
   * The number of tokens of each text.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  lengths(texts: readonly string[]): number[] {
    requireTexts(texts, 'texts', 'lengths');
    return texts.map((text) => this.#tokenize(text).length);
  }
}
