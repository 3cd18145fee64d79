import { resolve } from 'node:path';
import { counted } from '../../counted';
import { TorchError } from '../../errors';
import type { LabeledText } from '../../text';
import { plainText } from '../../train/report/pages/plain-text';
import { replaceModel, withRunLock } from '../../train/runs/run-files';
import { loadModel, saveModel } from '../../train/runs/saved-model';
import { withFolder } from '../own-folder';
import { forUser } from '../user-error';
import { onExamples, readExamplesFile } from './examples-file';
import { requireNoModel } from './require-no-model';
import { readTexts } from './texts-input';

export type AdaptCommandOptions = { out: string; overwrite?: boolean; json?: boolean };

/** Adapts a model to the examples of a file, and saves it with them. */
export async function runAdapt(
  folder: string,
  file: string,
  { out, overwrite = false, json = false }: AdaptCommandOptions,
): Promise<void> {
  if (resolve(out) === resolve(folder)) {
    throw new TorchError(
      'ERR_TORCH_ARGUMENT',
      `Expected another folder for --out than that of the model, which would be replaced, but received ${out}`,
    );
  }
  if (!overwrite) await forUser(() => requireNoModel(out, 'adapt', '--overwrite'));
  const examples = await forUser(() => readExamplesFile(file));
  using model = await forUser(() => loadModel(folder));
  using classifier = await onExamples(file, () => model.classifier(examples));
  await withFolder(out, () =>
    withRunLock(out, async () => replaceModel(out, () => saveModel(out, model, { examples }))),
  );
  const { labels } = classifier;
  if (json) console.log(JSON.stringify({ out, labels, examples: examples.length }));
  else {
    const what = `${counted(labels.length, 'label')} by ${counted(examples.length, 'example')}`;
    console.log(`Adapted to ${what}: ${out}\nServe it: metatorch serve ${out}`);
  }
}

/** Prints the label of each text of a file, or of standard input. */
export async function runPredict(
  folder: string,
  file: string | undefined,
  { examples: path, json = false }: { examples?: string; json?: boolean },
): Promise<void> {
  const examples: readonly LabeledText[] | undefined =
    path === undefined ? undefined : await forUser(() => readExamplesFile(path));
  using model = await forUser(() => loadModel(folder));
  if (examples === undefined && model.facts.examples === undefined) {
    throw new TorchError(
      'ERR_TORCH_ARGUMENT',
      `Expected a model that is adapted to examples, or --examples, for ${folder}`,
    );
  }
  using classifier = await onExamples(path ?? folder, () => model.classifier(examples));
  for await (const texts of readTexts(file)) {
    const lines = classifier.predict(texts).map(({ label, probability, probabilities }, i) => {
      const text = texts[i] ?? '';
      if (json) return JSON.stringify({ text, label, probability, probabilities });
      return `${plainText(label)}\t${probability.toFixed(3)}\t${text}`;
    });
    if (lines.length > 0) console.log(lines.join('\n'));
  }
}
