import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  anything,
  checkOptions,
  type Json,
  jsonObject,
  literal,
  matching,
  required,
  someProperties,
  string,
  withMethods,
} from '../check';
import { invalidArgument, TorchError } from '../errors';
import {
  onFile,
  parseFileContent,
  readJsonFile,
  refuseFile,
  sha256OfFiles,
} from '../files/checked-file';
import { packageVersion } from '../package-version';
import type { Tree } from '../torch';
import { followLinks, replaceFile, StagedFile } from '../torch/files/replace-file';
import { readSafetensors, safetensorsChunks } from '../torch/files/safetensors';
import { scope } from '../torch/scope';
import { flattenTree } from '../torch/tree';
import { type ConfigOf, type ConfigSchema, checkOf } from './config-schema';
import { requireSeal, sealed } from './seal';
import { rebuild, structureOf } from './tree-structure';

export type { Json };

export type Checkpoint<Config> = {
  /** The tensors of a model, as a tree. */
  params: Tree;
  /** The values needed to build the model again. */
  config: Config;
};

/** The file of a checkpoint that holds its tensors. */
export const MODEL_FILE = 'model.safetensors';
/** The file of a checkpoint that holds its config. */
export const CONFIG_FILE = 'config.json';
const FORMAT = 'metatorch-checkpoint';
const VERSION = 2;

const headCheck = someProperties({
  format: required(literal(FORMAT)),
  version: required(literal(VERSION)),
});
const bodyCheck = someProperties({
  metatorch: required(string),
  sha256: required(matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits')),
  structure: required(anything),
  config: required(anything),
});

/**
 * Writes a model into a folder that exists: its tensors to `model.safetensors`, under their dotted
 * paths, and everything else to `config.json`. The config holds the digest of the tensors' file, so
 * that files of two checkpoints are never mixed up, and a checksum of its own. A crash at any time leaves a folder that
 * loads, the old checkpoint or the new one; it may leave a temporary file as well. Symbolic links are
 * followed, and the permissions of files that are replaced are kept. The same parameters and config
 * give the same bytes.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file cannot be written
 * @throws ArgumentTypeError if two tensors have one path, the tree has more than 500 levels, or the
 *   config is not a JSON object of as many
 */
export function saveCheckpoint(
  folder: string,
  checkpoint: Checkpoint<{ readonly [key: string]: Json }>,
): void {
  string(folder, 'folder', 'saveCheckpoint');
  checkOptions(checkpoint, ['params', 'config'], 'saveCheckpoint');
  const { params, config } = checkpoint;
  if (!isJsonObject(config)) {
    throw invalidArgument('a JSON object', 'config', config, 'saveCheckpoint');
  }
  const tensors = flattenTree(params);
  const structure = structureOf(params);
  const digest = createHash('sha256');
  function* model(): Generator<Uint8Array> {
    for (const chunk of safetensorsChunks(tensors, { format: FORMAT })) {
      digest.update(chunk);
      yield chunk;
    }
  }
  const staged = new StagedFile(join(folder, MODEL_FILE), model());
  const sha256 = digest.digest('hex');
  const head = { format: FORMAT, version: VERSION, metatorch: packageVersion(), sha256 };
  const description = `${JSON.stringify(sealed({ ...head, structure, config }), null, 2)}\n`;
  try {
    // Two files cannot be replaced at once. Under this name the new description finds the model
    // that it describes, wherever a crash comes between.
    staged.park(waitingName(sha256));
    replaceFile(join(folder, CONFIG_FILE), [Buffer.from(description)]);
  } catch (error) {
    staged.discard();
    throw error;
  }
  staged.commit();
}

/** The name of a model's file while its description is being replaced. */
function waitingName(sha256: string): string {
  return `model.${sha256}.safetensors`;
}

/** The file of the model with a digest: one that still has its temporary name, or that in place. */
export function modelFileOf(folder: string, sha256: string): string {
  const path = join(folder, MODEL_FILE);
  const target = onFile(path, 'a file of tensors', () => followLinks(path));
  const waiting = join(dirname(target), waitingName(sha256));
  return existsSync(waiting) ? waiting : path;
}

/**
 * Reads what `saveCheckpoint` wrote. The tree has the structure that was saved, with tensors on the
 * CPU that do not require gradients; a tensor that stood at two places is now two. The config is
 * checked, and may be transformed, by `schema`, for example one of zod. For the type of a known model, pass the tree through
 * `unflattenTree(flattenTree(params), like)`.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file is missing, truncated, of another format or version,
 *   the tensors or the config are not those that were saved, or the config does not fit the schema
 */
export function loadCheckpoint<Schema extends ConfigSchema<unknown>>(
  folder: string,
  schema: Schema,
): Checkpoint<ConfigOf<Schema>> {
  string(folder, 'folder', 'loadCheckpoint');
  schemaOf(schema, 'schema', 'loadCheckpoint');
  const { path, body } = readDescription(folder);
  const config = parseFileContent(
    path,
    checkOf(schema),
    body.config,
    'a config that fits its schema',
  );
  const modelPath = modelFileOf(folder, body.sha256);
  const params = scope(() => {
    const { tensors } = readSafetensors(modelPath);
    const digest = sha256OfFiles([modelPath], 'a file of tensors');
    if (digest !== body.sha256) {
      throw refuseFile(
        modelPath,
        `the tensors that ${path} describes, sha256 ${body.sha256}`,
        digest,
      );
    }
    return rebuild(body.structure, tensors, (expected, found) => refuseFile(path, expected, found));
  });
  return { params, config };
}

/**
 * What a checkpoint's folder says of it, as it stands there and checked, with the file that says so; the tensors are
 * not read.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it is missing, damaged, or of another format or version
 */
export function readDescription(folder: string) {
  const path = join(folder, CONFIG_FILE);
  const json: object = Object(readJsonFile(path, 'a checkpoint'));
  parseFileContent(path, headCheck, json, `format '${FORMAT}' of version ${VERSION}`);
  requireSeal(path, json);
  const body = parseFileContent(path, bodyCheck, json, 'the description of a checkpoint');
  return { path, json, body };
}

/**
 * Refuses a folder without a checkpoint, and says what makes one.
 *
 * @throws TorchError `ERR_TORCH_FILE`
 */
export function requireCheckpoint(folder: string, expected: string, advice: string): void {
  const path = join(folder, CONFIG_FILE);
  if (existsSync(path)) return;
  const message = `Cannot load ${folder}: expected ${expected} but there is no ${path}. ${advice}`;
  throw new TorchError('ERR_TORCH_FILE', message, { path });
}

/**
 * The error for a checkpoint whose model cannot be built: the digest matches the parameters' file, so it is the
 * config that does not fit.
 */
export function unfitConfig(folder: string, cause: unknown): TorchError {
  const path = join(folder, CONFIG_FILE);
  const found = cause instanceof Error ? cause.message : String(cause);
  const message = `Cannot load ${path}: expected the config of its model but found: ${found}`;
  return new TorchError('ERR_TORCH_FILE', message, { path, cause });
}

function isJsonObject(value: unknown): boolean {
  try {
    return JSON.stringify(jsonObject(value, 'config', 'saveCheckpoint')) !== undefined;
  } catch {
    // It is not JSON, or one of its getters, or a Proxy, throws.
    return false;
  }
}

const schemaOf = withMethods<ConfigSchema<unknown>>('a schema', 'safeParse');
