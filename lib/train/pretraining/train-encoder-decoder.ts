import { readOptions } from '../../check';
import { invalidArgument } from '../../errors';
import { EncoderDecoder, type PhrasePair } from '../../text';
import { phrasePairsOf } from '../../text/generation/phrase-pairs';
import { DESCENT, type DescentOptions, descend } from './descent';

const pairsOf = phrasePairsOf(1);

/**
 * An encoder–decoder trained to write each pair's target from its source, character by character, each from the right
 * ones before (teacher forcing): the mean of −ln p falls. The model that is given stays as it is; the caller disposes
 * of both.
 *
 *     using fresh = text.encoderDecoder(pairs);
 *     using model = await train.trainEncoderDecoder(fresh, pairs, { steps: 500, learningRate: 3e-3 });
 *     model.generate(['Guete Morge']);
 *
 * Other work gets its turn between steps.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for wrong arguments; TorchError `ERR_TORCH_RUNTIME` if the loss is no
 *   number any longer; the signal's reason once it is aborted
 */
export async function trainEncoderDecoder(
  model: EncoderDecoder,
  pairs: readonly PhrasePair[],
  options: DescentOptions = {},
): Promise<EncoderDecoder> {
  const operator = 'trainEncoderDecoder';
  if (!(model instanceof EncoderDecoder)) {
    throw invalidArgument('an encoder–decoder', `model of ${operator}`, model, operator);
  }
  const settings = readOptions(DESCENT, options, operator);
  const read = pairsOf(pairs, 'pairs', operator);
  const params = await descend(
    model.params,
    read,
    (own, { texts, context }) => model.losses(own, texts, context).mean(),
    settings,
  );
  // Nothing of the model is asked for again: it may have been disposed of in the meantime.
  return new EncoderDecoder(model.words, model.layer, params);
}
