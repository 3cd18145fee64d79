import { bilstmKind } from './bilstm';
import { charactersKind } from './characters';
import { cnnKind } from './cnn';
import { frozen } from './frozen';
import { hashedKind } from './hashed';
import { maxKind, meanKind } from './pooled';
import { pretrainedKind } from './pretrained';
import { transformerKind } from './transformer';

export type { TokenStates } from '../token-states';
export type { FixedEncoder, TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';

/** The kinds of encoders that train, by the names that configs give them. */
export const TRAINABLE_ENCODERS = {
  frozen,
  mean: meanKind,
  max: maxKind,
  cnn: cnnKind,
  bilstm: bilstmKind,
  transformer: transformerKind,
  characters: charactersKind,
  hashed: hashedKind,
  pretrained: pretrainedKind,
};
