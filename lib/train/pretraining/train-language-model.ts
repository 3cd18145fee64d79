import { readOptions, requireTexts } from '../../check';
import { invalidArgument, outOfRange } from '../../errors';
import { LayerLanguageModel } from '../../text';
import type { Tree } from '../../torch';
import { DESCENT, type DescentOptions, descend } from './descent';

/**
 * A language model trained to predict each word of texts, and their ends, from the words before: the mean of
 * −ln p falls. The model that is given stays as it is; the caller disposes of both.
 *
 *     using fresh = text.lstmLanguageModel(texts);
 *     using model = await train.trainLanguageModel(fresh, texts, { steps: 500 });
 *     text.perplexity(model, others);
 *
 * Other work gets its turn between steps.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for wrong arguments; the signal's reason once it is aborted
 */
export async function trainLanguageModel<P extends Tree>(
  model: LayerLanguageModel<P>,
  texts: readonly string[],
  options: DescentOptions = {},
): Promise<LayerLanguageModel<P>> {
  const operator = 'trainLanguageModel';
  if (!(model instanceof LayerLanguageModel)) {
    const expected = 'a language model that is a layer';
    throw invalidArgument(expected, `model of ${operator}`, model, operator);
  }
  const settings = readOptions(DESCENT, options, operator);
  requireTexts(texts, 'texts', operator);
  if (texts.length === 0) throw outOfRange('at least one text', 'texts', texts, operator);
  const params = await descend(
    model.params,
    texts,
    (own, { texts: some, context }) => model.losses(own, some, context).mean(),
    settings,
  );
  return model.withParams(params);
}
