import { invalidArgument } from '../../errors';
import { SentenceEncoder } from './sentence-encoder';

/** Refuses what is not an encoder of texts. @throws ArgumentTypeError */
export function requireEncoder(encoder: unknown, operator: string): void {
  if (encoder instanceof SentenceEncoder) return;
  throw invalidArgument('a SentenceEncoder', `encoder of ${operator}`, encoder, operator);
}
