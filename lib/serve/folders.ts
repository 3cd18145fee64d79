import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { string } from '../check';
import { outOfRange } from '../errors';
import { refuseFile } from '../files/checked-file';
import { makeFolders, onDisk } from '../files/on-disk';
import type { Precision, SentenceEncoder } from '../text';
import { DEFAULT_ENCODER } from '../text/encoders/default-encoder';
import { CONFIG_FILE } from '../train/checkpoint';
import type { EncoderPoolOptions } from './pool-options';
import { requireClassifierConfig, type SavedConfig } from './saved-classifier';

/** Returns `value` if it names a folder: '' would be the working directory. */
export function folderName(value: unknown, name: string, operator: string): string {
  const folder = string(value, name, operator);
  if (folder !== '') return folder;
  throw outOfRange('the name of a folder', `${name} of ${operator}`, folder, operator);
}

/**
 * Refuses a folder in which saving would replace another model's files.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it has a config that is not of a classifier
 */
export function requireOwnFolder(path: string): void {
  const config = join(path, CONFIG_FILE);
  if (existsSync(config)) requireClassifierConfig(path);
}

/** Makes a folder, with those above it, unless it is there. Returns the first of those that it has made. */
export function makeFolder(path: string): string | undefined {
  return onDisk(path, 'make the folder', () => makeFolders(path));
}

/**
 * The pool's options for the encoder that a saved classifier names: its folder, or its name where that is
 * another machine's.
 */
export function poolFor({ name, spec }: SavedConfig['encoder']): EncoderPoolOptions {
  const { kind, folder, maxLength, precision } = spec;
  const load = {
    ...(typeof maxLength === 'number' && { maxLength }),
    ...(isPrecision(precision) && { precision }),
  };
  if (kind === DEFAULT_ENCODER) return { encoder: DEFAULT_ENCODER, load };
  return { encoder: typeof folder === 'string' && existsSync(folder) ? folder : name, load };
}

const isPrecision = (value: unknown): value is Precision =>
  value === 'float32' || value === 'float16' || value === 'int8';

/** Refuses an encoder whose vectors are not those of the examples. */
export function requireSameEncoder(
  folder: string,
  expected: SavedConfig['encoder'],
  { name, fingerprint }: SentenceEncoder,
): void {
  if (fingerprint === expected.fingerprint) return;
  const of = (one: string, digest: string): string => `${one} (${digest.slice(0, 12)})`;
  throw refuseFile(
    join(folder, CONFIG_FILE),
    `a classifier for the encoder ${of(name, fingerprint)}`,
    `one for ${of(expected.name, expected.fingerprint)}`,
  );
}
