import type { Check, Json } from '../../../check';
import type { Layer } from '../../../nn';
import type { Tree } from '../../../torch';
import type { Vectorizer } from '../../vectorizer';
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
  /** For encoders whose batches are ids of tokens, and that have a vector for each of these. */
  readonly tokens?: TokenStates<P>;
  /** Frees the frozen tensors that it holds. */
  dispose(): void;
}

/** A kind of encoder that a config names: its options, and how to build it from texts or from a saved state. */
export interface TrainableEncoderKind<Options> {
  readonly check: Check<Options>;
  /** A new one for these training texts, whose words it may count. */
  build(options: Options, texts: readonly string[]): Promise<TrainableEncoder>;
  /** The one that had this state. */
  restore(options: Options, state: Json): Promise<TrainableEncoder>;
}
