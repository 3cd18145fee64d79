import type { Check, Json } from '../../../check';
import type { Layer } from '../../../nn';
import type { Tree } from '../../../torch';
import type { Vectorizer } from '../../vectorizer';
import type { SentenceEncoder } from '../sentence-encoder';
import type { TokenStates } from '../token-states';

/**
 * An encoder that learns together with a learner: how texts become tensors, and the layer from these to
 * vectors. It holds tensors where parts of it stay frozen, until `dispose`.
 */
export interface TrainableEncoder<P extends Tree = Tree, B extends Tree = Tree> {
  /** D: the size of a text's vector. */
  readonly dimensions: number;
  readonly vectorizer: Vectorizer<B>;
  /**
   * Tensors of texts `[T, n, …]` to vectors `[T, n, D]`. `init` gives where training starts; what stays frozen
   * is not among its parameters.
   */
  readonly layer: Layer<P, B>;
  /** What is needed beside options and parameters to build it again, for example a vocabulary. */
  readonly state: { readonly [key: string]: Json };
  /** Frozen tensors that are saved with a model, as they are not those of where the encoder comes from. */
  readonly weights?: Tree;
  /** For encoders whose batches are ids of tokens, and that have a vector for each of these. */
  readonly tokens?: TokenStates<P>;
  /** For pre-trained encoders: the same with these parameters as one that stays as it is. */
  fixed?(params: P): FixedEncoder;
  /** For encoders of words with linear layers: these parameters with 8 bits a weight, as `precision: 'int8'` has them. */
  int8?(params: P): Tree;
  /** Frees the frozen tensors that it holds. */
  dispose(): void;
}

/** An encoder whose training is over. */
export type FixedEncoder = {
  /** Shares its tensors with what it was made of. */
  readonly encoder: SentenceEncoder;
  /** Options of the kind `frozen` with which it gives the same vectors. */
  readonly options: { readonly [name: string]: unknown };
};

/** A kind of encoder that a config names: its options, and how to build it from texts or from a saved state. */
export interface TrainableEncoderKind<Options> {
  readonly check: Check<Options>;
  /** A new one for these training texts, whose words it may count. */
  build(options: Options, texts: readonly string[]): Promise<TrainableEncoder>;
  /** The one that had this state, and these frozen tensors if it had some of its own. */
  restore(options: Options, state: Json, weights?: Tree): Promise<TrainableEncoder>;
}
