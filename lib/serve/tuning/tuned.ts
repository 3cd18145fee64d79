import { outOfRange } from '../../errors';
import type { SentenceEncoder } from '../../text';
import { mergedParams, type NamedTensors } from '../../text/encoders/trained-params';
import type { Familiarity } from '../calibration/familiarity';
import type { HeadName } from '../heads';

/** What a head showed on examples that neither it nor the encoder had seen. */
export type MeasuredHead = { sharpness: number; accuracy: number };

/**
 * What examples showed that were held out of fine-tuning. The examples that an encoder was trained on say
 * nothing of others any more: their vectors are near each other because they were pulled together.
 */
export type Measured = {
  heads: Readonly<Partial<Record<HeadName, MeasuredHead>>>;
  familiarity: Familiarity;
};

/** A classifier's own encoder: that of the pool with some parameters trained further. */
export type Tuned = {
  /** The same for the same parameters. */
  key: string;
  params: NamedTensors;
  measured: Measured;
};

/** The encoder that a classifier's vectors are of; its parameters are shared, not to be disposed of. */
export function encoderFor(
  base: SentenceEncoder,
  tuned: Pick<Tuned, 'params'> | undefined,
): SentenceEncoder {
  if (tuned === undefined) return base;
  return base.withParams(mergedParams(base.params, tuned.params));
}

/** Refuses a head of which nothing is known with this encoder. */
export function requireMeasured(head: HeadName, { heads }: Measured): MeasuredHead {
  const found = heads[head];
  if (found !== undefined) return found;
  const names = Object.keys(heads).join(', ');
  throw outOfRange(`one of ${names} with a fine-tuned encoder`, 'head', head);
}
