import { normalize } from '../../../meta/metric/normalize';
import type { SentenceEncoder } from '../../../text';
import { wordShapes, wordStates } from '../../../text/tasks/entities';
import { type Tensor, torch } from '../../../torch';

/** How much the spelling counts beside a vector of length 1. */
const SHAPE_WEIGHT = 0.3;

/**
 * What is known of each word of sentences, `[words, H + 27]`: its vector in its sentence, of length 1, and the
 * spelling of the word and its neighbours.
 */
export async function entityFeatures(
  encoder: SentenceEncoder,
  sentences: readonly (readonly string[])[],
  signal?: AbortSignal,
): Promise<Tensor> {
  const states = await wordStates(encoder, sentences, signal);
  return torch.replace(states, (own) =>
    torch.cat([normalize(own), wordShapes(sentences).mul(SHAPE_WEIGHT)], 1),
  );
}
