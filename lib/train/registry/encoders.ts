import type { Json } from '../../check';
import {
  TRAINABLE_ENCODERS,
  type TrainableEncoder,
  type TrainableEncoderKind,
  type TrainableEncoders,
} from '../../text/encoders/trainable';
import type { Tree } from '../../torch';
import { type Choice, type Chosen, choiceOf } from './kinds';

/** The encoder of a run that names none. */
export const DEFAULT_KIND = 'frozen';

export const encoderChoice = choiceOf(TRAINABLE_ENCODERS, DEFAULT_KIND);

export type EncoderConfig = Chosen<TrainableEncoders>;
export type EncoderInput = Choice<TrainableEncoders>;

/** The rates of the meta-steps at which kinds usually learn; others at 0.001. */
const RATES: Readonly<Record<string, number>> = {
  mean: 0.03,
  max: 0.03,
  hashed: 0.03,
  frozen: 1e-4,
  pretrained: 2e-5,
};
const USUAL_RATE = 1e-3;

/** The learning rate that is usual for an encoder. */
export function usualRate({ kind }: EncoderConfig): number {
  return RATES[kind] ?? USUAL_RATE;
}

/** A new encoder for training texts. */
export function buildEncoder(
  config: EncoderConfig,
  texts: readonly string[],
): Promise<TrainableEncoder> {
  const { kind, ...options } = config;
  return kindOf(kind).build(options, texts);
}

/** The encoder that had a state, and these frozen tensors if it had some of its own. */
export function restoreEncoder(
  config: EncoderConfig,
  state: Json,
  weights?: Tree,
): Promise<TrainableEncoder> {
  const { kind, ...options } = config;
  return kindOf(kind).restore(options, state, weights);
}

/** Each kind is only ever given options that have passed its own check. */
function kindOf(kind: EncoderConfig['kind']): TrainableEncoderKind<object> {
  return TRAINABLE_ENCODERS[kind] as TrainableEncoderKind<object>;
}
