import type { Context, TokenIds } from '../../nn';
import type { Tensor, Tree } from '../../torch';

/** What an encoder makes of single tokens. */
export interface TokenVectors<P extends Tree = Tree> {
  /** Ids that stand for no part of a text: padding, marks of beginnings and ends. */
  readonly specials: readonly number[];
  /** The vectors of all tokens, `[…, n, L]` to `[…, n, L, H]`. */
  hidden(params: P, batch: TokenIds, context?: Context): Tensor;
}

/** The same, where hidden tokens can be guessed. */
export interface TokenStates<P extends Tree = Tree> extends TokenVectors<P> {
  /** V: the ids are below it. */
  readonly vocabularySize: number;
  /** The id that stands for a hidden token. */
  readonly maskId: number;
  /** The vectors of all ids, `[V, E]`. */
  table(params: P): Tensor;
}
