import { constants } from 'node:fs';
import { copyFile, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPlainObject } from '../../check';
import { parseFileContent, refuseFile } from '../../files/checked-file';
import type { LabeledText } from '../../text/datasets/dataset';
import {
  CONFIG_FILE,
  MODEL_FILE,
  modelFileOf,
  readDescription,
  requireCheckpoint,
} from '../checkpoint';
import { sealed } from '../seal';
import { examplesCheck, isModel } from './saved-model';

// What classifiers of different examples share: a saved model, less the examples that it may be adapted to.

const WHAT = 'a meta-trained model';

/**
 * Names a saved model by what it computes with: its config and its tensors, but not its examples.
 *
 * @throws TorchError `ERR_TORCH_FILE` if its description is missing or damaged, or of something else
 */
export function baseDigest(folder: string): string {
  return baseOf(folder).description.checksum;
}

/**
 * The examples that a saved model is adapted to; none if it is not.
 *
 * @throws TorchError `ERR_TORCH_FILE` if its description is missing or damaged
 */
export function savedExamples(folder: string): readonly LabeledText[] {
  const { path, body } = readDescription(folder);
  const { examples = [] }: { examples?: unknown } = Object(body.config);
  return parseFileContent(path, examplesCheck, examples, 'the examples of a model');
}

/**
 * Copies a saved model into an empty folder, without its examples; both files are on the disk when the promise is
 * fulfilled. Tensors are copied as they are: whoever loads them checks them.
 *
 * @throws TorchError `ERR_TORCH_FILE` as `baseDigest`; errors of the operating system
 */
export async function copyBase(from: string, to: string): Promise<void> {
  const { description, sha256 } = baseOf(from);
  const files = [join(to, MODEL_FILE), join(to, CONFIG_FILE)] as const;
  const [model, config] = files;
  await copyFile(modelFileOf(from, sha256), model, constants.COPYFILE_FICLONE);
  await writeFile(config, `${JSON.stringify(description, null, 2)}\n`);
  for (const path of files) {
    const file = await open(path, 'r+');
    await file.sync().finally(() => file.close());
  }
}

function baseOf(folder: string) {
  requireCheckpoint(folder, WHAT, '`metatorch train` and saveModel write one');
  if (!isModel(folder)) throw refuseFile(join(folder, CONFIG_FILE), WHAT, 'another kind of model');
  const { json, body } = readDescription(folder);
  const { checksum: _, ...content }: Record<string, unknown> = { ...json };
  const { examples: __, ...config }: Record<string, unknown> = isPlainObject(body.config)
    ? body.config
    : {};
  return { description: sealed({ ...content, config }), sha256: body.sha256 };
}
