import type { Tensor, Tree } from '../../torch';

/**
 * What another thread, or a saved classifier, needs beside the parameters to build an encoder again:
 * plain data that `structuredClone` and JSON take.
 */
export type EncoderSpec = { readonly kind: string; readonly [key: string]: unknown };

/** A pre-trained model from texts to vectors, in the two steps that encoding is made of. */
export interface TokenModel<P extends Tree = Tree> {
  /** What people call it, for example `all-MiniLM-L6-v2`. */
  readonly name: string;
  readonly spec: EncoderSpec;
  /** sha256 of the weights and of all that decides what texts become, in hex: the key of caches. */
  readonly fingerprint: string;
  /** The tensors that it computes with. */
  readonly params: P;
  /** D: the size of a text's vector. */
  readonly dimensions: number;
  /** The most tokens of a text, special ones included; what lies beyond is cut off. */
  readonly maxLength: number;
  /**
   * The ids of a text's tokens, special ones included, at least one. The work is bounded by `maxLength`,
   * not by the length of the text.
   */
  tokenize(text: string): Int32Array;
  /** False if the ids hold nothing but special tokens and tokens that the vocabulary lacks. */
  knows(ids: Int32Array): boolean;
  /**
   * The vectors `[n, D]`, float32, of `n` lists of ids, one batch. The tokens are packed: what works on single tokens
   * sees no padding.
   */
  embed(params: P, texts: readonly Int32Array[]): Tensor;
}
