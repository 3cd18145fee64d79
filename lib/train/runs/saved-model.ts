import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  jsonObject,
  listOf,
  literal,
  optional,
  readOptions,
  required,
  someProperties,
  strictObject,
  string,
} from '../../check';
import { readJsonFile } from '../../checked-file';
import { TorchError } from '../../errors';
import type { LabeledText } from '../../text/datasets/dataset';
import { disposeTree, type Tree } from '../../torch';
import { asJson } from '../as-json';
import {
  CONFIG_FILE,
  loadCheckpoint,
  requireCheckpoint,
  saveCheckpoint,
  unfitConfig,
} from '../checkpoint';
import { configSchema } from '../config-schema';
import { encoderChoice, learnerChoice, restoreEncoder } from '../registry';
import { savedModelCheck } from '../text-model';
import { MetaModel, type ModelFacts } from './model';

export const examplesCheck = listOf(
  strictObject({ text: required(string), label: required(string) }),
);

const modelCheck = strictObject({
  kind: required(literal('model')),
  learner: required(learnerChoice),
  encoder: required(encoderChoice),
  state: required(jsonObject),
  run: optional(jsonObject),
  examples: optional<readonly LabeledText[]>(examplesCheck),
});

type Saved = ReturnType<typeof modelCheck>;

const isOfModel = someProperties({ kind: required(literal('model')) });

const ADVICE = '`metatorch train` and saveModel write one';

const SAVING = {
  /** Examples to adapt to: a model with examples answers without more, and can be served. */
  examples: optional<readonly LabeledText[]>(examplesCheck),
};

/**
 * Saves a model into a folder that exists: its parameters, the state of its encoder, and how it was trained;
 * the weights of a frozen encoder are not among them. See `saveCheckpoint`.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file cannot be written; ArgumentTypeError for a wrong argument
 */
export function saveModel(
  folder: string,
  model: MetaModel,
  options: { examples?: readonly LabeledText[] | undefined } = {},
): void {
  string(folder, 'folder', 'saveModel');
  const { examples = model.facts.examples } = readOptions(SAVING, options, 'saveModel');
  const { learner, encoder, run } = model.facts;
  const { state } = model.encoder;
  const config = asJson({ kind: 'model', learner, encoder, state, run, examples });
  saveCheckpoint(folder, { params: model.params, config });
}

/**
 * Loads what `saveModel` or `saveTextModel` wrote. The weights of a frozen encoder are loaded from where they
 * were, and must be the same.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file is missing, damaged or of another kind, or the encoder is
 *   another one
 */
export async function loadModel(folder: string): Promise<MetaModel> {
  requireCheckpoint(string(folder, 'folder', 'loadModel'), 'a saved model', ADVICE);
  const { params, config } = loadCheckpoint(folder, configSchema(eitherCheck));
  try {
    return await modelOf(config, params);
  } catch (cause) {
    disposeTree(params);
    if (cause instanceof TorchError) throw cause;
    throw unfitConfig(folder, cause);
  }
}

/** Whether a folder has a model, and not something else that is saved in the same way. */
export function isModel(folder: string): boolean {
  const path = join(folder, CONFIG_FILE);
  if (!existsSync(path)) return false;
  const { config }: { config?: unknown } = Object(readJsonFile(path, 'a checkpoint'));
  const { kind, tokenizer }: { kind?: unknown; tokenizer?: unknown } = Object(config);
  return kind === 'model' || typeof tokenizer === 'object';
}

async function modelOf({ state, ...facts }: Omit<Saved, 'kind'>, params: Tree): Promise<MetaModel> {
  const encoder = await restoreEncoder(facts.encoder, state);
  try {
    const { learner, run, examples } = facts;
    const known: ModelFacts = { learner, encoder: facts.encoder, run, examples };
    return new MetaModel(known, encoder, params);
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

/** The config of a model, or of one that `saveTextModel` wrote. */
function eitherCheck(value: unknown, name: string, operator: string): Saved {
  const isOld = typeof Object(value).tokenizer === 'object';
  if (!isOld) {
    isOfModel(value, name, operator);
    return modelCheck(value, name, operator);
  }
  const { learner, encoder, tokenizer, maxLength, vocabulary } = savedModelCheck(
    value,
    name,
    operator,
  );
  const { dimensions } = encoder;
  const options = encoderChoice({ ...encoder, ...tokenizer, maxLength }, name, operator);
  return { kind: 'model', learner, encoder: options, state: { vocabulary, dimensions } };
}
