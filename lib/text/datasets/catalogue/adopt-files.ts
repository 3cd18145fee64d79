import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isExpected } from '../../../download/file-download';
import { outOfRange, TorchError } from '../../../errors';
import { requireRegular } from '../../../files/regular-file';
import { messageOf } from '../../../libtorch/reasons';
import type { CatalogueFile } from './catalogue';
import type { DatasetCache } from './dataset-cache';

/**
 * Copies those files into the cache that a folder has, once all of them are checked.
 *
 * @throws TorchError `ERR_TORCH_FILE` if one is another than is expected; ArgumentRangeError if there is none
 */
export async function adoptFiles(
  cache: DatasetCache,
  files: readonly CatalogueFile[],
  folder: string,
): Promise<void> {
  const found: CatalogueFile[] = [];
  for (const file of files) {
    const path = join(folder, file.path);
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined) continue;
    const refuse = (what: string, cause?: unknown) =>
      new TorchError('ERR_TORCH_FILE', `Cannot adopt ${path}: ${what}`, { path, cause });
    try {
      requireRegular(stats);
    } catch (cause) {
      throw refuse(messageOf(cause), cause);
    }
    if (!(await isExpected(cache.contentOf(file), path))) {
      const { size, digest } = cache.contentOf(file);
      throw refuse(
        `expected ${size ?? 'any number of'} bytes with the sha256 ${digest?.hex} but found others`,
      );
    }
    found.push(file);
  }
  if (found.length === 0 && files.length === cache.entry.files.length) {
    const names = files
      .map(({ path }) => path)
      .slice(0, 5)
      .join(', ');
    throw outOfRange(
      `a folder with files of ${cache.entry.name} (${names})`,
      'from',
      folder,
      'downloadDataset',
    );
  }
  for (const file of found) await cache.adopt(file, join(folder, file.path));
}
