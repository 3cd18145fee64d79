import type { Context, TokenIds } from '../../nn';
import type { Tensor, Tree } from '../../torch';

/** What an encoder makes of single tokens, from which hidden ones can be guessed. */
export interface TokenStates<P extends Tree = Tree> {
  /** V: the ids are below it. */
  readonly vocabularySize: number;
  /** The id that stands for a hidden token. */
  readonly maskId: number;
  /** Ids that are not hidden, and not put in another's place: padding, marks of beginnings and ends. */
  readonly specials: readonly number[];
  /** The vectors of all tokens, `[…, n, L]` to `[…, n, L, H]`. */
  hidden(params: P, batch: TokenIds, context?: Context): Tensor;
  /** The vectors of all ids, `[V, E]`. */
  table(params: P): Tensor;
}
