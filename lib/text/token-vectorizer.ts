import { types } from 'node:util';
import { callable, requireTexts } from '../check';
import { invalidArgument } from '../errors';
import { type Tensor, torch } from '../torch';
import { encodeBatch } from './encode-batch';
import type { Vectorizer } from './vectorizer';

/** Token ids of texts and their mask: the input of text encoders that are trained. */
export type TokenBatch = {
  /** `[…, n, L]`, int32; padding is 0. */
  ids: Tensor;
  /** `[…, n, L]`, float32: 1 for tokens, 0 for padding. */
  mask: Tensor;
};

/** Texts as the ids of a tokenizer and their mask, on the CPU, for encoders that are trained. */
export class TokenVectorizer implements Vectorizer<TokenBatch> {
  readonly #tokenize: (text: string) => Int32Array;

  /**
   * @param tokenize the ids of one text, special ones included
   * @throws ArgumentTypeError if it is not a function
   */
  constructor(tokenize: (text: string) => Int32Array) {
    this.#tokenize = callable(tokenize, 'tokenize', 'TokenVectorizer');
  }

  /**
   * `n` texts as ids and mask `[n, L]`, L being the tokens of the longest and at least 1.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  vectorize(texts: readonly string[]): TokenBatch {
    requireTexts(texts, 'texts', 'vectorize');
    const { ids, mask, shape } = encodeBatch(texts.map((text) => this.#idsOf(text)));
    return { ids: torch.tensor(ids, { shape }), mask: torch.tensor(mask, { shape }) };
  }

  /**
   * The number of tokens of each text.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  lengths(texts: readonly string[]): number[] {
    requireTexts(texts, 'texts', 'lengths');
    return texts.map((text) => this.#idsOf(text).length);
  }

  #idsOf(text: string): Int32Array {
    const ids: unknown = this.#tokenize(text);
    if (types.isInt32Array(ids)) return ids;
    throw invalidArgument('an Int32Array', 'the result of tokenize', ids, 'TokenVectorizer');
  }
}
