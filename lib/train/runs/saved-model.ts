import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  flag,
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
import { invalidArgument, TorchError } from '../../errors';
import { readJsonFile } from '../../files/checked-file';
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
import { type Compression, compressionCheck } from '../compress/compression';
import { configSchema } from '../config-schema';
import { encoderChoice, learnerChoice, restoreEncoder } from '../registry';
import { savedModelCheck } from '../text-model';
import { MetaModel, type ModelFacts, requireMetaModel } from './model';

export const examplesCheck = listOf(
  strictObject({ text: required(string), label: required(string) }),
);

const modelCheck = strictObject({
  kind: required(literal('model')),
  learner: required(learnerChoice),
  encoder: required(encoderChoice),
  state: required(jsonObject),
  run: optional(jsonObject),
  compression: optional<Compression>(compressionCheck),
  /** Whether the tensors are `{ learner, encoder }`, the encoder's own frozen ones among them. */
  ownEncoder: optional(flag),
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
 * the weights of a frozen encoder are not among them, unless it was compressed. See `saveCheckpoint`.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file cannot be written; ArgumentTypeError for a wrong argument
 */
export function saveModel(
  folder: string,
  model: MetaModel,
  options: { examples?: readonly LabeledText[] | undefined } = {},
): void {
  string(folder, 'folder', 'saveModel');
  requireMetaModel(model, 'saveModel');
  const { examples = model.facts.examples } = readOptions(SAVING, options, 'saveModel');
  const { learner, encoder, run, compression } = model.facts;
  const { state, weights } = model.encoder;
  const ownEncoder = weights === undefined ? undefined : true;
  const facts = { learner, encoder, state, run, compression, ownEncoder, examples };
  const params = weights === undefined ? model.params : { learner: model.params, encoder: weights };
  saveCheckpoint(folder, { params, config: asJson({ kind: 'model', ...facts }) });
}

/**
 * Loads what `saveModel` or `saveTextModel` wrote. The weights of a frozen encoder that was not compressed are
 * loaded from where they were, and must be the same.
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

async function modelOf(
  { state, ownEncoder = false, ...facts }: Omit<Saved, 'kind'>,
  saved: Tree,
): Promise<MetaModel> {
  const { params, weights } = ownEncoder ? partsOf(saved) : { params: saved };
  const encoder = await restoreEncoder(facts.encoder, state, weights);
  try {
    const { learner, run, compression, examples } = facts;
    const known: ModelFacts = { learner, encoder: facts.encoder, run, compression, examples };
    return new MetaModel(known, encoder, params);
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

function partsOf(saved: Tree): { params: Tree; weights: Tree } {
  const { learner, encoder }: { learner?: Tree; encoder?: Tree } = Object(saved);
  if (learner !== undefined && encoder !== undefined) return { params: learner, weights: encoder };
  throw invalidArgument('tensors { learner, encoder }', 'the parameters of loadModel', saved);
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
