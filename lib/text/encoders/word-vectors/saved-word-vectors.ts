import { join, resolve } from 'node:path';
import { string } from '../../../check';
import { TorchError } from '../../../errors';
import { makeFolders, onDisk } from '../../../files/on-disk';
import { readSafetensors, writeSafetensors } from '../../../torch';
import type { EncoderSpec, TokenModel } from '../token-model';
import { type WordVectorParams, wordVectorModel } from './word-vector-model';

/** The file of a folder that holds word vectors. */
export const WORD_VECTORS_FILE = 'word-vectors.safetensors';
const FORMAT = 'metatorch-word-vectors';
const VERSION = '1';

/**
 * Saves word vectors in a folder, which is made if need be: one safetensors file, whose notes hold the
 * words as JSON. It appears whole or not at all.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it cannot be written
 */
export function saveWordVectors(model: TokenModel<WordVectorParams>, folder: string): void {
  string(folder, 'folder', 'saveWordVectors');
  const { spec, params } = wordVectorModel(model?.spec, model?.params);
  const path = join(folder, WORD_VECTORS_FILE);
  onDisk(folder, 'make the folder', () => makeFolders(folder));
  const notes = {
    format: FORMAT,
    version: VERSION,
    spec: JSON.stringify({ ...spec, folder: undefined }),
  };
  writeSafetensors(path, params, notes);
}

/**
 * Opens what `saveWordVectors` wrote.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file cannot be read, or is another
 */
export function openWordVectors(folder: string): TokenModel<WordVectorParams> {
  const path = join(string(folder, 'folder', 'openWordVectors'), WORD_VECTORS_FILE);
  const { tensors, metadata } = readSafetensors(path);
  try {
    if (metadata.format !== FORMAT || metadata.version !== VERSION) {
      throw new Error(`expected ${FORMAT} ${VERSION} but found ${metadata.format ?? 'no format'}`);
    }
    const { vectors, weights, component } = tensors;
    if (vectors === undefined) throw new Error('expected a tensor named vectors but found none');
    const params = { vectors, ...(weights && { weights }), ...(component && { component }) };
    const spec: EncoderSpec = JSON.parse(metadata.spec ?? '');
    return wordVectorModel({ ...spec, folder: resolve(folder) }, params);
  } catch (cause) {
    for (const tensor of Object.values(tensors)) tensor.dispose();
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${path} does not hold saved word vectors: ${reason}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path, cause });
  }
}
