import type { Check, Json } from '../../../check';
import type { Layer } from '../../../nn';
import { disposeTree, type Tree } from '../../../torch';
import type { TokenBatch } from '../../token-vectorizer';
import type { TokenStates } from '../token-states';
import type { TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';
import {
  buildWords,
  disposeWords,
  MASK_TOKEN,
  restoreWords,
  type WordOptions,
  type Words,
  wordState,
} from './words';

/** A layer on words: what it gives, and the states of single words where it has them. */
export type WordLayer<P extends Tree> = {
  readonly layer: Layer<P, TokenBatch>;
  /** D of a text's vector. */
  readonly dimensions: number;
  readonly states?: Pick<TokenStates<P>, 'hidden' | 'table'>;
  /** Frozen tensors that it was given. */
  readonly weights?: Tree | undefined;
  /** As that of `TrainableEncoder`. */
  int8?(params: P): Tree;
};

/** A kind of encoder of words: `make` builds its layer. */
export function wordKind<O extends WordOptions, P extends Tree>(
  name: string,
  check: Check<O>,
  make: (words: Words, options: O, weights?: Tree) => WordLayer<P>,
): TrainableEncoderKind<O> {
  const encoderOf = (words: Words, options: O, given?: Tree): TrainableEncoder<P, TokenBatch> => {
    const { layer, dimensions, states, weights, int8 } = make(words, options, given);
    const { vocabulary, vectorizer } = words;
    return {
      dimensions,
      vectorizer,
      layer,
      state: wordState(words),
      ...(states && {
        tokens: {
          ...states,
          vocabularySize: vocabulary.size,
          maskId: vocabulary.id(MASK_TOKEN),
          specials: [vocabulary.padId, vocabulary.unknownId, vocabulary.id(MASK_TOKEN)],
        },
      }),
      ...(weights !== undefined && { weights }),
      ...(int8 && { int8 }),
      dispose: () => {
        disposeWords(words);
        disposeTree(weights);
      },
    };
  };
  return {
    check,
    build: async (options, texts) => encoderOf(await buildWords(options, texts, name), options),
    restore: async (options: O, state: Json, weights?: Tree) =>
      encoderOf(restoreWords(options, state, name), options, weights),
  };
}
