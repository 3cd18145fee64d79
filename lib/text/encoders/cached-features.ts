import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { requireTexts, string } from '../../check';
import { refuseFile } from '../../files/checked-file';
import { makeFolders, onDisk } from '../../files/on-disk';
import { readSafetensors, type Tensor, writeSafetensors } from '../../torch';
import { requireEncoder } from './require-encoder';
import type { EncodeOptions, SentenceEncoder } from './sentence-encoder';

/**
 * As `encoder.encode(texts)`, once: the vectors `[n, D]` are kept in a file of the folder, and read from there
 * when the same encoder is asked for the same texts in the same order again. The file holds numbers alone; its
 * name is a digest of the encoder and the texts, from which no text can be read back.
 *
 *     const x = await text.cachedFeatures(encoder, texts, 'features');
 *
 * The folder is made if it is not there. Delete it, or files of it, at any time.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the folder cannot be written, or a file of it is damaged; else as
 *   `encode`
 */
export async function cachedFeatures(
  encoder: SentenceEncoder,
  texts: readonly string[],
  folder: string,
  options: EncodeOptions = {},
): Promise<Tensor> {
  const operator = 'cachedFeatures';
  requireEncoder(encoder, operator);
  requireTexts(texts, 'texts', operator);
  string(folder, 'folder', operator);
  const path = join(folder, `${keyOf(encoder, texts)}.safetensors`);
  if (existsSync(path)) {
    const { tensors, metadata } = readSafetensors(path);
    const { x } = tensors;
    if (x?.shape.join() === `${texts.length},${encoder.dimensions}`) {
      if (metadata.sha256 === digestOf(x)) return x;
      x.dispose();
      const found = 'numbers that have changed since; delete it, and they are computed again';
      throw refuseFile(path, 'the vectors that were kept', found);
    }
    x?.dispose();
  }
  const x = await encoder.encode(texts, options);
  onDisk(folder, 'make the folder', () => makeFolders(folder));
  writeSafetensors(path, { x }, { sha256: digestOf(x) });
  return x;
}

/** Of the numbers: safetensors has no checksum of its own. */
function digestOf(x: Tensor): string {
  return createHash('sha256').update(x.data()).digest('hex');
}

function keyOf({ fingerprint }: SentenceEncoder, texts: readonly string[]): string {
  // JSON tells one text from two; a separator might stand in a text.
  // Files of other versions of this format have other names.
  const digest = createHash('sha256').update(`2 ${fingerprint}`);
  for (const text of texts) digest.update(JSON.stringify(text));
  return digest.digest('hex');
}
