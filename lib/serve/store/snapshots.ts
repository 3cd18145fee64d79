import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listOf, literal, matching, required, someProperties } from '../../check';
import { parseFileContent, readJsonFile } from '../../files/checked-file';
import { replaceFile } from '../../torch/files/replace-file';
import { savedExamples } from '../../train/runs/base-model';
import { isModel } from '../../train/runs/saved-model';
import { requireSeal, sealed } from '../../train/seal';
import { AdaptedClassifier } from '../adapted/adapted-classifier';
import { requireAdapted } from '../adapted/meta-model-pool';
import type { EncoderPool } from '../encoder-pool';
import { exampleCheck, exampleOf } from '../examples/read-examples';
import { FewShotClassifier } from '../few-shot-classifier';
import { onDisk } from './journal';
import type { StoredModels } from './stored-models';

/** What a store keeps: a head on an encoder's vectors, or a meta-trained model, of examples. */
export type Stored = FewShotClassifier | AdaptedClassifier;

/** What the classifiers of a store share. */
export type Shared = { readonly pool: EncoderPool; readonly models: StoredModels };

// An adapted classifier is its examples: the model stands beside, once for all that adapt it.
const ADAPTED_FILE = 'adapted.json';
const FORMAT = 'metatorch-adapted-classifier';
const WHAT = 'the examples of an adapted classifier';

const adaptedCheck = someProperties({
  format: required(literal(FORMAT)),
  version: required(literal(1)),
  model: required(matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits')),
  rows: required(listOf(exampleCheck)),
});

/** Writes a classifier into a folder, which is made. @throws TorchError `ERR_TORCH_FILE` */
export async function saveSnapshot(folder: string, classifier: Stored): Promise<void> {
  if (classifier instanceof FewShotClassifier) return classifier.save(folder);
  await onDisk(folder, () => mkdir(folder, { recursive: true }));
  const { model, examples } = classifier;
  const rows = examples.map(exampleOf);
  const content = sealed({ format: FORMAT, version: 1, model: model.digest, rows });
  replaceFile(join(folder, ADAPTED_FILE), [Buffer.from(`${JSON.stringify(content)}\n`)]);
}

/** Reads what `saveSnapshot` wrote. @throws TorchError `ERR_TORCH_FILE` if a file is missing or damaged */
export async function loadSnapshot(folder: string, { pool, models }: Shared): Promise<Stored> {
  const path = join(folder, ADAPTED_FILE);
  if (!existsSync(path)) return FewShotClassifier.load(folder, { pool });
  const content = readJsonFile(path, WHAT);
  requireSeal(path, content);
  const { model, rows } = parseFileContent(path, adaptedCheck, content, WHAT);
  return AdaptedClassifier.adapt(rows, { model: await models.get(model) });
}

/**
 * Takes in what was saved elsewhere: a classifier, or a meta-trained model with the examples that it is adapted to.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file is missing or damaged, or the model has no examples
 */
export async function takeIn(folder: string, { pool, models }: Shared): Promise<Stored> {
  if (!isModel(folder)) return FewShotClassifier.load(folder, { pool });
  const examples = savedExamples(folder);
  requireAdapted(folder, examples);
  return AdaptedClassifier.adapt(examples, { model: await models.takeIn(folder) });
}
