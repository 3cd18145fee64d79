import { frozen } from './frozen';
import { mean } from './mean';

/** Every kind of encoder that learns with a learner, by the name that a config has for it. */
export const TRAINABLE_ENCODERS = { frozen, mean } as const;

export type { TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';
