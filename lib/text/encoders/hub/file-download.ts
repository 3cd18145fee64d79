import { createHash, type Hash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TorchError } from '../../../errors';
import { messageOf } from '../../../libtorch/reasons';
import type { HubFile } from './encoder-files';
import { type Hub, refusal, request } from './hub-client';

/** One file of a repository at a commit, and where its content is to be. */
export type FileRequest = {
  readonly name: string;
  readonly commit: string;
  readonly file: HubFile;
  readonly path: string;
  /** Hears how many bytes of the file are there. */
  readonly onBytes: (bytes: number) => void;
  /** The wait before the second attempt, in ms; it doubles for each further one. */
  readonly retryDelay: number;
  /** An attempt ends when nothing has arrived for so many ms. */
  readonly stallLimit: number;
};

/** Attempts in a row that bring nothing. */
const ATTEMPTS = 4;
/** A file that nothing has been written to for so long has no writer any more. */
const ABANDONED_MS = 20_000;

/**
 * Downloads a file to a path, where it appears whole and checked or not at all. What an attempt has
 * brought, the next one continues, here or in a later process: it waits as `<path>.part`. Processes at the
 * same time work on files of their own.
 *
 * @throws TorchError `ERR_TORCH_DOWNLOAD` if the hub refuses, the connection breaks again and again, or the
 *   content is another; `ERR_TORCH_FILE` if it cannot be written
 */
export async function downloadFile(hub: Hub, wanted: FileRequest): Promise<void> {
  const { path, file } = wanted;
  const part = `${path}.part`;
  const own = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await onDisk(path, () => mkdir(dirname(path), { recursive: true }));
  await claimRest(path, own);
  try {
    await fetchAll(hub, wanted, own);
    await onDisk(path, () => rename(own, path));
  } catch (error) {
    const isWhole = (await sizeOf(own)) >= file.size;
    await (isWhole ? rm(own, { force: true }) : rename(own, part)).catch(() => undefined);
    throw error;
  }
}

/** Takes over what an earlier attempt has left. Renaming is the claim: of two processes one gets it. */
async function claimRest(path: string, own: string): Promise<void> {
  const folder = dirname(path);
  const names = await onDisk(path, () => readdir(folder));
  const mine = names.filter((name) => name.startsWith(`${basename(path)}.`));
  for (const name of mine.filter((name) => name.endsWith('.tmp') || name.endsWith('.part'))) {
    const rest = join(folder, name);
    const { mtimeMs } = (await stat(rest).catch(() => undefined)) ?? { mtimeMs: Date.now() };
    // Of a process that still writes to it, or has been ended while it did.
    if (name.endsWith('.tmp') && Date.now() - mtimeMs < ABANDONED_MS) continue;
    const isClaimed = await rename(rest, own).then(
      () => true,
      () => false,
    );
    if (isClaimed) return;
  }
}

async function fetchAll(hub: Hub, wanted: FileRequest, own: string): Promise<void> {
  let failures = 0;
  for (let restarts = 0; ; ) {
    const before = await sizeOf(own);
    try {
      if (before < wanted.file.size || wanted.file.size === 0) await fetchRest(hub, wanted, own);
      if (await isExpected(wanted.file, own)) return;
    } catch (error) {
      hub.signal?.throwIfAborted();
      if (isFinal(error)) throw error;
      failures = (await sizeOf(own)) > before ? 1 : failures + 1;
      if (failures >= ATTEMPTS) throw broken(hub, wanted, error);
      await pause(wanted.retryDelay * 2 ** (failures - 1), hub.signal);
      continue;
    }
    await onDisk(wanted.path, () => rm(own));
    // What an earlier process left may have been of another file; what was fetched anew is what is there.
    if (before === 0 || restarts++ > 0) throw wrongContent(hub, wanted);
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal?.throwIfAborted());
}

async function fetchRest(hub: Hub, wanted: FileRequest, own: string): Promise<void> {
  const { name, commit, file } = wanted;
  const from = await sizeOf(own);
  const stall = new AbortController();
  const signal = hub.signal ? AbortSignal.any([hub.signal, stall.signal]) : stall.signal;
  const seconds = wanted.stallLimit / 1000;
  const timer = setTimeout(
    () => stall.abort(new Error(`nothing arrived for ${seconds} s`)),
    wanted.stallLimit,
  );
  try {
    const path = file.path.split('/').map(encodeURIComponent).join('/');
    const range: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
    const headers = { 'accept-encoding': 'identity', ...range };
    const url = `${hub.endpoint}/${name}/resolve/${commit}/${path}`;
    const response = await request({ ...hub, signal }, url, headers);
    if (!response.ok) {
      await response.body?.cancel();
      if (response.status >= 500 || response.status === 429 || response.status === 416) {
        if (response.status === 416) await rm(own, { force: true });
        throw new Error(`the server answered ${response.status}`);
      }
      throw refusal(hub, name, commit, response.status);
    }
    await append(response, wanted, own, startOf(response, from, file.size), () => timer.refresh());
  } catch (error) {
    throw stall.signal.aborted ? stall.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Where the answer's content belongs: a server may send the whole file instead of the rest. */
function startOf(response: Response, from: number, size: number): number {
  if (response.status !== 206) return 0;
  const range = response.headers.get('content-range');
  if (range === `bytes ${from}-${size - 1}/${size}`) return from;
  throw new Error(`expected the bytes from ${from} of ${size} but the server sent ${range}`);
}

async function append(
  response: Response,
  wanted: FileRequest,
  own: string,
  start: number,
  alive: () => void,
): Promise<void> {
  const { file, onBytes } = wanted;
  const handle: FileHandle = await onDisk(wanted.path, () => open(own, start > 0 ? 'r+' : 'w'));
  let at = start;
  try {
    for await (const chunk of response.body ?? []) {
      alive();
      if (at + chunk.length > file.size) {
        await onDisk(wanted.path, () => handle.truncate(0));
        throw new Error(`it is longer than the ${file.size} bytes expected`);
      }
      const bytes = at;
      await onDisk(wanted.path, () => handle.write(chunk, 0, chunk.length, bytes));
      at += chunk.length;
      onBytes(at);
    }
    if (at < file.size) throw new Error(`it ended after ${at} of ${file.size} bytes`);
    await onDisk(wanted.path, () => handle.sync());
  } finally {
    await handle.close();
  }
}

/** Whether the file at a path has the digest that the list of files gave. */
export async function isExpected(file: HubFile, path: string): Promise<boolean> {
  if ((await sizeOf(path)) !== file.size) return false;
  const { algorithm, hex } = file.digest;
  const hash: Hash = createHash(algorithm === 'git' ? 'sha1' : 'sha256');
  if (algorithm === 'git') hash.update(`blob ${file.size}\0`);
  await onDisk(path, async () => {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  });
  return hash.digest('hex') === hex;
}

/** Bytes of the file at a path, 0 if there is none. */
async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.size ?? 0;
}

/** Runs what touches the disk, whose failures no other attempt would cure. */
export async function onDisk<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const message = `Cannot write ${path}: ${messageOf(cause)}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path, cause });
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof TorchError;
}

function broken(hub: Hub, { name, file }: FileRequest, cause: unknown): TorchError {
  const message = `Cannot download ${file.path} of ${name} from ${hub.endpoint}: ${messageOf(cause)}. What has arrived is kept; the next attempt continues it`;
  return new TorchError('ERR_TORCH_DOWNLOAD', message, { cause });
}

function wrongContent(hub: Hub, { name, file }: FileRequest): TorchError {
  const { algorithm, hex } = file.digest;
  const what = algorithm === 'git' ? 'git hash' : 'sha256';
  return new TorchError(
    'ERR_TORCH_DOWNLOAD',
    `${file.path} of ${name} from ${hub.endpoint} is damaged: expected ${what} ${hex} but found another`,
  );
}
