import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { downloadFile, isExpected, onDisk, type RemoteFile } from '../../../download/file-download';
import { fetchThrough } from '../../../download/proxy';
import { TorchError } from '../../../errors';
import { unpack } from '../../../libtorch/archive';
import type { CatalogueFile } from './catalogue';
import type { DatasetCache } from './dataset-cache';

/** How files are fetched. */
export type FetchSettings = {
  readonly proxy?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { file: string; loaded: number }) => void) | undefined;
  readonly retryDelay: number;
  readonly stallLimit: number;
};

/** Downloads files of a data set into the cache, from a mirror if there is one. */
export async function fetchFiles(
  cache: DatasetCache,
  files: readonly CatalogueFile[],
  mirror: string | undefined,
  settings: FetchSettings,
): Promise<void> {
  const { archive } = cache.entry;
  if (archive !== undefined && mirror === undefined) {
    await fromArchive(cache, archive.url, files, settings);
  } else for (const file of files) await fetchFile(cache, file, mirror, settings);
}

async function fetchFile(
  cache: DatasetCache,
  file: CatalogueFile,
  mirror: string | undefined,
  settings: FetchSettings,
): Promise<void> {
  const below = `${cache.entry.name}/${file.path}`;
  const url = mirror === undefined ? file.url : `${mirror.replace(/\/+$/, '')}/${below}`;
  if (url === undefined) {
    throw new TorchError('ERR_TORCH_DOWNLOAD', `No address is known for ${below}`);
  }
  const { name } = cache.entry;
  const remote = remoteFile(url, `${file.path} of ${name}`, settings, cache.contentOf(file));
  await fetchTo(remote, cache.pathOf(file), file.path, settings);
}

/** Downloads an archive and takes the files out of it, wherever in it they are. */
async function fromArchive(
  cache: DatasetCache,
  address: string,
  files: readonly CatalogueFile[],
  settings: FetchSettings,
): Promise<void> {
  const { name } = cache.entry;
  await onDisk(cache.folder, () => mkdir(cache.folder, { recursive: true }));
  const folder = await onDisk(cache.folder, () => mkdtemp(join(cache.folder, '.archive-')));
  try {
    const path = join(folder, 'archive.zip');
    const file = basename(new URL(address).pathname);
    await fetchTo(remoteFile(address, `${file} with ${name}`, settings, {}), path, file, settings);
    const wanted = new Set(files.map((one) => one.path));
    const select = (member: string) =>
      wanted.has(basename(member)) ? basename(member) : undefined;
    await unpack(path, folder, { select });
    for (const one of files) {
      const unpacked = join(folder, one.path);
      if (!(await isExpected(cache.contentOf(one), unpacked))) {
        throw new TorchError(
          'ERR_TORCH_DOWNLOAD',
          `Expected ${one.path} in ${address} but it is not there, or another than before`,
        );
      }
      await cache.adopt(one, unpacked);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function remoteFile(
  url: string,
  name: string,
  { proxy }: FetchSettings,
  content: Pick<RemoteFile, 'size' | 'digest'>,
): RemoteFile {
  const fetch = fetchThrough({ proxy, env: process.env });
  return {
    ...content,
    name,
    from: new URL(url).origin,
    request: (headers, signal) => fetch(url, { headers, signal }),
    refusal: (status) =>
      new TorchError('ERR_TORCH_DOWNLOAD', `Cannot download ${name}: ${url} answered ${status}`),
  };
}

function fetchTo(
  file: RemoteFile,
  path: string,
  name: string,
  settings: FetchSettings,
): Promise<void> {
  const { retryDelay, stallLimit, signal, onProgress } = settings;
  const onBytes = (loaded: number) => onProgress?.({ file: name, loaded });
  return downloadFile({ file, path, onBytes, retryDelay, stallLimit, signal });
}
