import { types } from 'node:util';
import { callable, requireTexts } from '../../../check';
import { invalidArgument } from '../../../errors';
import type { TokenIds } from '../../../nn';
import { torch } from '../../../torch';
import { encodeBatch } from '../../encode-batch';

/** Texts as the ids of a pre-trained tokenizer and their mask, for encoders that are trained further. */
export class TokenVectorizer {
  readonly #tokenize: (text: string) => Int32Array;

  /**
   * @param tokenize the ids of one text, special ones included
   * @throws ArgumentTypeError if it is not a function
   */
  constructor(tokenize: (text: string) => Int32Array) {
    this.#tokenize = callable(tokenize, 'tokenize', 'TokenVectorizer');
  }

  /**
   * `n` texts as ids and mask `[n, L]`, L being the tokens of the longest.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  vectorize(texts: readonly string[]): TokenIds {
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
