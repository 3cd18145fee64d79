import { type Tensor, torch } from '../torch';
import { encodeBatch } from './encode-batch';
import { requireInteger } from './require-integer';
import type { Tokenizer } from './tokenizers/tokenizer';
import type { Vocabulary } from './vocabulary';

/** Token ids of texts and which of them are tokens: what text encoders take. */
export type TokenBatch = {
  /** `[…, n, L]`, int32; padding is 0. */
  ids: Tensor;
  /** `[…, n, L]`, float32: 1 for tokens, 0 for padding. */
  mask: Tensor;
};

export type VectorizerOptions = {
  tokenizer: Tokenizer;
  vocabulary: Vocabulary;
  /** Tokens of a text beyond this many are left out. Default: 64. */
  maxLength?: number;
};

/** Texts to tensors of token ids. Each text is tokenized once and remembered. */
export class Vectorizer {
  readonly #tokenizer: Tokenizer;
  readonly #vocabulary: Vocabulary;
  readonly #maxLength: number;
  readonly #remembered = new Map<string, Int32Array>();

  constructor({ tokenizer, vocabulary, maxLength = 64 }: VectorizerOptions) {
    this.#tokenizer = tokenizer;
    this.#vocabulary = vocabulary;
    this.#maxLength = requireInteger(maxLength, 'maxLength', 1);
  }

  /** `n` texts as `[n, L]`. */
  vectorize(texts: readonly string[]): TokenBatch {
    const { ids, mask, shape } = encodeBatch(
      texts.map((text) => this.#idsOf(text)),
      { maxLength: this.#maxLength },
    );
    return { ids: torch.tensor(ids, { shape }), mask: torch.tensor(mask, { shape }) };
  }

  /** The texts of T tasks as `[T, n, L]`; shorter lists are filled up with empty texts. */
  vectorizeTasks(tasks: readonly (readonly string[])[]): TokenBatch {
    const rows = Math.max(1, ...tasks.map((texts) => texts.length));
    const flat = tasks.flatMap((texts) => [
      ...texts,
      ...new Array<string>(rows - texts.length).fill(''),
    ]);
    const { ids, mask } = this.vectorize(flat);
    return {
      ids: ids.unflatten(0, [tasks.length, rows]),
      mask: mask.unflatten(0, [tasks.length, rows]),
    };
  }

  #idsOf(text: string): Int32Array {
    const known = this.#remembered.get(text);
    if (known !== undefined) return known;
    const ids = Int32Array.from(this.#vocabulary.encode(this.#tokenizer.tokenize(text)));
    this.#remembered.set(text, ids);
    return ids;
  }
}
