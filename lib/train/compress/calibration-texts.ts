import { isPlainObject } from '../../check';
import { invalidArgument } from '../../errors';
import type { RunConfig } from '../runs/config';
import { testConfig } from '../runs/evaluate-model';
import type { MetaModel } from '../runs/model';
import { loadRunData } from '../runs/run-data';
import { classesOf } from '../runs/splits';

/** More texts change the norms of inputs by little. */
const MOST = 512;

/** Some texts of the classes that a config trains on, from all over them. */
export async function trainingTexts(
  { data, splits }: RunConfig,
  signal?: AbortSignal,
): Promise<string[]> {
  if (data === undefined) return [];
  const dataset = await loadRunData(data, signal);
  const { train } = await classesOf(dataset, splits);
  return spread(train.flatMap((label) => dataset.examples(label)));
}

/**
 * Texts like those that a model is for: of its training, or else those that it is adapted to.
 *
 * @throws ArgumentTypeError if the model knows of none
 */
export async function textsFor(model: MetaModel, signal?: AbortSignal): Promise<string[]> {
  const { run, examples = [] } = model.facts;
  const config = isPlainObject(run?.config) ? run.config : {};
  if (config.data !== undefined) {
    const found = await trainingTexts(testConfig(model, {}), signal);
    if (found.length > 0) return found;
  }
  if (examples.length > 0) return spread(examples.map(({ text }) => text));
  const expected = 'some texts, as the model does not name the data that it was trained on,';
  throw invalidArgument(expected, 'texts of compress', undefined, 'compress');
}

function spread(texts: readonly string[]): string[] {
  const count = Math.min(MOST, texts.length);
  return Array.from(
    { length: count },
    (_, i) => texts[Math.floor((i * texts.length) / count)] ?? '',
  );
}
