import type { Bert, Context, TokenIds } from '../../nn';
import { mapTree, type Tensor, type Tree } from '../../torch';
import { wrongShape } from '../../torch/check-tensors';
import { fingerprintOf } from './fingerprint';
import type { TokenStates, TokenVectors } from './token-states';

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
  /** The Transformer's layers, `layers.0`, … in `params`, the first one nearest to the words. Default: 0, none. */
  readonly depth?: number;
  /**
   * The ids of a text's tokens, special ones included, at least one. The work is bounded by `maxLength`,
   * not by the length of the text.
   */
  tokenize(text: string): Int32Array;
  /** False if the ids hold nothing but special tokens and tokens that the vocabulary lacks. */
  knows(ids: Int32Array): boolean;
  /**
   * The vectors `[n, D]`, float32, of `n` lists of ids, one batch, with gradients where they are recorded. The
   * tokens are packed: what works on single tokens sees no padding.
   */
  embed(params: P, texts: readonly Int32Array[], context?: Context): Tensor;
  /**
   * The same of ids and mask `[…, n, L]`, to `[…, n, D]`, for parameters that may have a task axis, `[T, …]`.
   * Only models with layers have it.
   */
  embedBatch?(params: P, batch: TokenIds, context?: Context): Tensor;
  /** What it makes of single tokens. Models that look words up in a table have nothing of the kind. */
  readonly vectors?: TokenVectors<P>;
  /** The same, where it has been trained to guess hidden tokens. */
  readonly tokens?: TokenStates<P>;
  /** The Transformer of BERT's family that it is, if it is one. */
  readonly layer?: Bert;
}

/**
 * The model on other parameters of the same structure. Its fingerprint is read from them when it is asked for.
 *
 * @throws ArgumentTypeError for another structure; ArgumentRangeError for tensors of other shapes
 */
export function withParams(model: TokenModel, params: Tree): TokenModel {
  requireShapes(model.params, params);
  const { name, spec, dimensions, maxLength, depth = 0 } = model;
  let fingerprint: string | undefined;
  return {
    name,
    spec,
    dimensions,
    maxLength,
    depth,
    params,
    get fingerprint() {
      fingerprint ??= fingerprintOf(params, { of: model.fingerprint });
      return fingerprint;
    },
    tokenize: (text) => model.tokenize(text),
    knows: (ids) => model.knows(ids),
    embed: (own, texts, context) => model.embed(own, texts, context),
    ...(model.embedBatch && { embedBatch: model.embedBatch.bind(model) }),
    ...(model.vectors && { vectors: model.vectors }),
    ...(model.tokens && { tokens: model.tokens }),
    ...(model.layer && { layer: model.layer }),
  };
}

function requireShapes(params: Tree, others: Tree): void {
  mapTree(
    ([own, other], path) => {
      if (own.shape.join() === other.shape.join()) return other;
      throw wrongShape(`[${own.shape.join(', ')}]`, path, other.shape, 'withParams');
    },
    params,
    others,
  );
}
