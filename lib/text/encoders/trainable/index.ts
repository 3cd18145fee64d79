import { requireTexts } from '../../../check';
import { bilstmKind } from './bilstm';
import { charactersKind } from './characters';
import { cnnKind } from './cnn';
import { frozen } from './frozen';
import { hashedKind } from './hashed';
import { maxKind, meanKind } from './pooled';
import { pretrainedKind } from './pretrained';
import type { TrainableEncoderKind } from './trainable-encoder';
import { transformerKind } from './transformer';

export type { TokenStates } from '../token-states';
export type { FixedEncoder, TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';

/** A kind that checks what it is built from: its parts are public. */
function checked<O>(name: string, kind: TrainableEncoderKind<O>): TrainableEncoderKind<O> {
  const { check } = kind;
  return {
    check,
    build: async (options, texts) => {
      requireTexts(texts, 'texts', name);
      return kind.build(check(options, 'options', name), texts);
    },
    restore: async (options, state, weights) =>
      kind.restore(check(options, 'options', name), state, weights),
  };
}

const encoders = {
  frozen: checked('frozen', frozen),
  mean: checked('mean', meanKind),
  max: checked('max', maxKind),
  cnn: checked('cnn', cnnKind),
  bilstm: checked('bilstm', bilstmKind),
  transformer: checked('transformer', transformerKind),
  characters: checked('characters', charactersKind),
  hashed: checked('hashed', hashedKind),
  pretrained: checked('pretrained', pretrainedKind),
};

type Encoders = typeof encoders;

export interface TrainableEncoders extends Encoders {}

/** The kinds of encoders that train, by the names that configs give them. */
export const TRAINABLE_ENCODERS: TrainableEncoders = encoders;
