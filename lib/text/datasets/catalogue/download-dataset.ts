import {
  callable,
  type OptionsOf,
  optional,
  type ReadOptions,
  readOptions,
  string,
} from '../../../check';
import { DOWNLOAD, isOffline, webAddress } from '../../../download/settings';
import { TorchError } from '../../../errors';
import { adoptFiles } from './adopt-files';
import { type CatalogueFile, catalogued } from './catalogue';
import { DatasetCache, datasetsFolder } from './dataset-cache';
import { fetchFiles } from './fetch-files';

const SCHEMA = {
  ...DOWNLOAD,
  /** Where data sets are kept. Default: `datasets` in metatorch's cache. */
  cacheFolder: optional(string),
  /** A folder that has the files already: they are checked and copied, and nothing is downloaded. */
  from: optional(string),
  /** An address below which `<data set>/<file>` are. Default: `METATORCH_DATASETS_MIRROR`, or each source. */
  mirror: optional(string),
  /** Hears the name of each file, and how many of its bytes are there. */
  onProgress: optional<(progress: { file: string; loaded: number }) => void>(callable),
};

export type DownloadDatasetOptions = OptionsOf<typeof SCHEMA>;

type Settings = ReadOptions<typeof SCHEMA>;

/** A data set on this machine. */
export type LocalDataset = {
  readonly folder: string;
  /** Files that no published sha256 vouches for; theirs has been recorded, and is expected from now on. */
  readonly unverified: readonly string[];
  /** Files that the folder named by `from` does not have. */
  readonly missing: readonly string[];
};

const OPERATOR = 'downloadDataset';

/**
 * Puts the files of a published data set into the cache, unless they are there, and says where that is. Each is
 * checked against the sha256 of the catalogue; where there is none, that of the first download is recorded. A
 * download that is cut off continues where it was.
 *
 *     const { folder } = await downloadDataset('banking77');
 *     const { splits } = await readDataset(folder);
 *
 * @throws TorchError `ERR_TORCH_DOWNLOAD` if a file cannot be had or is another, or the data may not be
 *   downloaded; `ERR_TORCH_FILE` if a file of `from` is another, or the cache cannot be written; the signal's
 *   reason; ArgumentTypeError or ArgumentRangeError for a wrong argument
 */
export async function downloadDataset(
  name: string,
  options: DownloadDatasetOptions = {},
): Promise<LocalDataset> {
  const settings = readOptions(SCHEMA, options, OPERATOR);
  const cache = new DatasetCache(
    catalogued(name, OPERATOR),
    settings.cacheFolder ?? datasetsFolder(),
  );
  const mirror = settings.mirror ?? (process.env.METATORCH_DATASETS_MIRROR || undefined);
  if (mirror !== undefined) webAddress(mirror, 'mirror', OPERATOR);
  if (settings.proxy !== undefined) webAddress(settings.proxy, 'proxy', OPERATOR);
  settings.signal?.throwIfAborted();
  const before = await cache.missing();
  if (settings.from !== undefined) await adoptFiles(cache, before, settings.from);
  else if (before.length > 0) {
    requireDownload(cache, before, settings);
    await fetchFiles(cache, before, mirror, settings);
  }
  const missing = await cache.missing();
  const unverified: string[] = [];
  for (const file of before.filter((one) => !missing.includes(one))) {
    if (await cache.record(file)) unverified.push(file.path);
  }
  return { folder: cache.folder, unverified, missing: missing.map(({ path }) => path) };
}

/**
 * The folder of a data set that is in the cache.
 *
 * @throws TorchError `ERR_TORCH_FILE` that names the files that are missing or damaged
 */
export async function datasetFolder(name: string, cacheFolder?: string): Promise<string> {
  const root =
    cacheFolder === undefined
      ? datasetsFolder()
      : string(cacheFolder, 'cacheFolder', 'datasetFolder');
  const cache = new DatasetCache(catalogued(name, 'datasetFolder'), root);
  const missing = await cache.missing();
  if (missing.length === 0) return cache.folder;
  throw new TorchError(
    'ERR_TORCH_FILE',
    `Expected ${name} in ${cache.folder} but ${listed(missing)} missing or damaged. Get it: metatorch datasets get ${name}`,
    { path: cache.folder },
  );
}

function listed(files: readonly CatalogueFile[]): string {
  const [first, second] = files;
  if (first === undefined || second === undefined) return `${first?.path} is`;
  return files.length === 2
    ? `${first.path} and ${second.path} are`
    : `${first.path} and ${files.length - 1} other files are`;
}

function requireDownload(
  { entry }: DatasetCache,
  missing: readonly CatalogueFile[],
  { offline }: Settings,
): void {
  const refuse = (message: string) => {
    throw new TorchError('ERR_TORCH_DOWNLOAD', message);
  };
  if (entry.manual !== undefined) {
    refuse(`Cannot download ${entry.name} from ${entry.source}. ${entry.manual}`);
  }
  if (offline ?? isOffline()) {
    refuse(
      `Cannot download ${entry.name} offline, and in the cache ${listed(missing)} missing. Get it once with a network, or from files: metatorch datasets get ${entry.name} --from <folder>`,
    );
  }
}
