import {
  callable,
  type OptionsOf,
  optional,
  readOptions,
  string,
  withDefault,
} from '../../../check';
import { downloadFile, isExpected, type RemoteFile } from '../../../download/file-download';
import { fetchThrough } from '../../../download/proxy';
import { DOWNLOAD, isOffline, webAddress } from '../../../download/settings';
import { outOfRange, TorchError } from '../../../errors';
import { EncoderCache, encodersFolder } from './encoder-cache';
import { encoderFiles, type HubFile } from './encoder-files';
import { findRepository, type Hub, refusal, request } from './hub-client';

/** How far a download is. */
export type DownloadProgress = {
  /** The file that is being downloaded. */
  readonly file: string;
  /** Bytes that are there, of all files. */
  readonly loaded: number;
  /** Bytes of all files. */
  readonly total: number;
};

const SCHEMA = {
  ...DOWNLOAD,
  /** A branch, tag or commit. Default: `main`. */
  revision: withDefault(string, 'main'),
  /** Where encoders are kept. Default: `encoders` in metatorch's cache. */
  cacheFolder: optional(string),
  /** The hub, or a mirror of it. Default: `HF_ENDPOINT`, or https://huggingface.co. */
  endpoint: optional(string),
  onProgress: optional<(progress: DownloadProgress) => void>(callable),
};

export type DownloadEncoderOptions = OptionsOf<typeof SCHEMA>;

const PUBLIC_HUB = 'https://huggingface.co';
const NAME = /^[\w.-]+(?:\/[\w.-]+)?$/;

/**
 * Downloads an encoder of texts from the Hugging Face Hub, unless it is in the cache, and returns its
 * folder. Of a repository only the files are taken that an encoder needs; pickled weights are none of them.
 *
 *     const folder = await downloadEncoder('sentence-transformers/all-MiniLM-L6-v2');
 *
 * A branch or tag is looked up each time, and its files are kept by commit, so that a folder never changes.
 * Every file is checked against the digest in the repository's list. A download that is cut off continues
 * where it was, processes at the same time do not disturb each other, and a folder appears when it is
 * complete. `HF_TOKEN` gives access to private and gated models; it is sent to the endpoint alone.
 *
 * @throws TorchError `ERR_TORCH_DOWNLOAD` if there is no such model, it is not accessible or not an encoder
 *   in safetensors files, the hub cannot be reached or sends something else, or the cache lacks it and
 *   `offline` holds; `ERR_TORCH_FILE` if the cache cannot be written; the signal's reason; ArgumentTypeError
 *   or ArgumentRangeError for a wrong argument
 */
export async function downloadEncoder(
  name: string,
  options: DownloadEncoderOptions = {},
): Promise<string> {
  const settings = readOptions(SCHEMA, options, 'downloadEncoder');
  const { revision } = settings;
  requireName(name);
  requireRevision(revision);
  settings.signal?.throwIfAborted();
  const cache = new EncoderCache(settings.cacheFolder ?? encodersFolder(), name);
  if (settings.offline ?? isOffline()) {
    return fromCache(cache, name, revision);
  }
  const known = cache.commitOf(revision);
  // A commit never changes, so that the hub need not be asked.
  if (known === revision && cache.missingOf(known)?.length === 0) return cache.folderOf(known);
  const hub = hubOf(settings);
  const repository = await findRepository(hub, name, revision);
  const { commit } = repository;
  if (cache.missingOf(commit)?.length !== 0) {
    const files = encoderFiles(repository.files, name);
    await downloadFiles(hub, cache, { name, commit, files }, settings);
    await cache.assemble(commit, files);
  }
  await cache.setCommitOf(revision, commit);
  return cache.folderOf(commit);
}

type Wanted = { name: string; commit: string; files: readonly HubFile[] };
type Settings = {
  retryDelay: number;
  stallLimit: number;
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
};

async function downloadFiles(hub: Hub, cache: EncoderCache, wanted: Wanted, settings: Settings) {
  const total = wanted.files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const file of wanted.files) {
    const path = cache.blobOf(file);
    const onBytes = (bytes: number) =>
      settings.onProgress?.({ file: file.path, loaded: before + bytes, total });
    if (!(await isExpected(file, path))) {
      const { retryDelay, stallLimit } = settings;
      const { signal } = hub;
      const remote = remoteFile(hub, wanted, file);
      await downloadFile({ file: remote, path, onBytes, retryDelay, stallLimit, signal });
    }
    onBytes(file.size);
    before += file.size;
  }
}

function remoteFile(hub: Hub, { name, commit }: Wanted, file: HubFile): RemoteFile {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const url = `${hub.endpoint}/${name}/resolve/${commit}/${path}`;
  return {
    name: `${file.path} of ${name}`,
    from: hub.endpoint,
    size: file.size,
    digest: file.digest,
    request: (headers, signal) => request({ ...hub, signal }, url, headers),
    refusal: (status) => refusal(hub, name, commit, status),
  };
}

function fromCache(cache: EncoderCache, name: string, revision: string): string {
  const commit = cache.commitOf(revision);
  const missing = commit === undefined ? undefined : cache.missingOf(commit);
  if (commit !== undefined && missing?.length === 0) return cache.folderOf(commit);
  const lacks = missing === undefined ? 'it' : missing.join(', ');
  throw new TorchError(
    'ERR_TORCH_DOWNLOAD',
    `Cannot download ${name} at ${revision} offline, and the cache lacks ${lacks}. Download it once with a network: offline is false, and METATORCH_OFFLINE is not set`,
  );
}

function hubOf(settings: {
  endpoint?: string | undefined;
  proxy?: string | undefined;
  signal?: AbortSignal | undefined;
}): Hub {
  const { env } = process;
  const endpoint = settings.endpoint ?? (env.HF_ENDPOINT || PUBLIC_HUB);
  webAddress(endpoint, 'endpoint', 'downloadEncoder');
  if (settings.proxy !== undefined) webAddress(settings.proxy, 'proxy', 'downloadEncoder');
  return {
    endpoint: endpoint.replace(/\/+$/, ''),
    token: env.HF_TOKEN || undefined,
    fetch: fetchThrough({ proxy: settings.proxy, env }),
    signal: settings.signal,
  };
}

function requireName(name: unknown): void {
  const known = string(name, 'name', 'downloadEncoder');
  const fits = NAME.test(known) && known.split('/').every((part) => !/^[.-]|\.\.|--/.test(part));
  if (fits) return;
  const expected = 'owner/name of a model, such as sentence-transformers/all-MiniLM-L6-v2,';
  throw outOfRange(expected, 'name', known, 'downloadEncoder');
}

function requireRevision(revision: string): void {
  const segments = revision.split('/');
  const isSafe = segments.every((segment) => !['', '.', '..'].includes(segment));
  if (isSafe && /^[\w./+@-]{1,200}$/.test(revision)) return;
  throw outOfRange('a branch, tag or commit', 'revision', revision, 'downloadEncoder');
}
