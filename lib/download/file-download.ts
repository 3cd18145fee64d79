import { createHash, type Hash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TorchError } from '../errors';
import { messageOf } from '../libtorch/reasons';

/** What the content of a file must be: its sha256, or the hash that git gives it. */
export type Digest = { readonly algorithm: 'sha256' | 'git'; readonly hex: string };

/** What is known of a file before it is there. */
export type FileContent = {
  /** Bytes. */
  readonly size?: number | undefined;
  readonly digest?: Digest | undefined;
};

/** A file that a server has. */
export type RemoteFile = FileContent & {
  /** What messages call it. */
  readonly name: string;
  /** Where it is from, for messages. */
  readonly from: string;
  readonly request: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;
  /** What it means that the server answers with a status. */
  readonly refusal: (status: number) => TorchError;
};

/** A file of a server, and where its content is to be. */
export type FileRequest = {
  readonly file: RemoteFile;
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
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
 * brought, the next one continues, here or in a later process: it waits as `<path>.part`. A file without a
 * digest begins anew each time, since nothing would show that the two parts belong together. Processes at the
 * same time work on files of their own.
 *
 * @throws TorchError `ERR_TORCH_DOWNLOAD` if the server refuses, the connection breaks again and again, or the
 *   content is another; `ERR_TORCH_FILE` if it cannot be written
 */
export async function downloadFile(wanted: FileRequest): Promise<void> {
  const { path, file } = wanted;
  const part = `${path}.part`;
  const own = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await onDisk(path, () => mkdir(dirname(path), { recursive: true }));
  if (file.digest !== undefined) await claimRest(path, own);
  try {
    await fetchAll(wanted, own);
    await onDisk(path, () => rename(own, path));
  } catch (error) {
    const isWhole = (await sizeOf(own)) >= (file.size ?? Number.POSITIVE_INFINITY);
    await (isWhole || file.digest === undefined
      ? rm(own, { force: true })
      : rename(own, part)
    ).catch(() => undefined);
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

async function fetchAll(wanted: FileRequest, own: string): Promise<void> {
  let failures = 0;
  for (let restarts = 0; ; ) {
    const { size, digest } = wanted.file;
    if (digest === undefined) await onDisk(wanted.path, () => rm(own, { force: true }));
    const before = await sizeOf(own);
    try {
      if (before === 0 || before < (size ?? Number.POSITIVE_INFINITY)) await fetchRest(wanted, own);
      if (await isExpected(wanted.file, own)) return;
    } catch (error) {
      wanted.signal?.throwIfAborted();
      if (isFinal(error)) throw error;
      failures = (await sizeOf(own)) > before ? 1 : failures + 1;
      if (failures >= ATTEMPTS) throw broken(wanted, error);
      await pause(wanted.retryDelay * 2 ** (failures - 1), wanted.signal);
      continue;
    }
    await onDisk(wanted.path, () => rm(own));
    // What an earlier process left may have been of another file; what was fetched anew is what is there.
    if (before === 0 || restarts++ > 0) throw wrongContent(wanted);
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal?.throwIfAborted());
}

async function fetchRest(wanted: FileRequest, own: string): Promise<void> {
  const { file, stallLimit } = wanted;
  const from = await sizeOf(own);
  const stall = new AbortController();
  const signal = wanted.signal ? AbortSignal.any([wanted.signal, stall.signal]) : stall.signal;
  const timer = setTimeout(
    () => stall.abort(new Error(`nothing arrived for ${stallLimit / 1000} s`)),
    stallLimit,
  );
  try {
    const range: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
    const response = await file.request({ 'accept-encoding': 'identity', ...range }, signal);
    if (!response.ok) {
      await response.body?.cancel();
      if (response.status >= 500 || response.status === 429 || response.status === 416) {
        if (response.status === 416) await rm(own, { force: true });
        throw new Error(`the server answered ${response.status}`);
      }
      throw file.refusal(response.status);
    }
    await append(response, wanted, own, startOf(response, from, file.size), () => timer.refresh());
  } catch (error) {
    throw stall.signal.aborted ? stall.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Where the answer's content belongs: a server may send the whole file instead of the rest. */
function startOf(response: Response, from: number, size: number | undefined): number {
  if (response.status !== 206) return 0;
  const range = response.headers.get('content-range');
  const [, start, last, all] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range ?? '') ?? [];
  const whole = size ?? Number(all);
  if (Number(start) === from && Number(last) === whole - 1 && Number(all) === whole) return from;
  const of = size === undefined ? '' : ` of ${size}`;
  throw new Error(`expected the bytes from ${from}${of} but the server sent ${range}`);
}

async function append(
  response: Response,
  wanted: FileRequest,
  own: string,
  start: number,
  alive: () => void,
): Promise<void> {
  const { file, onBytes } = wanted;
  const most = file.size ?? Number.POSITIVE_INFINITY;
  const handle: FileHandle = await onDisk(wanted.path, () => open(own, start > 0 ? 'r+' : 'w'));
  let at = start;
  try {
    for await (const chunk of response.body ?? []) {
      alive();
      if (at + chunk.length > most) {
        await onDisk(wanted.path, () => handle.truncate(0));
        throw new Error(`it is longer than the ${file.size} bytes expected`);
      }
      const bytes = at;
      await onDisk(wanted.path, () => handle.write(chunk, 0, chunk.length, bytes));
      at += chunk.length;
      onBytes(at);
    }
    if (file.size !== undefined && at < file.size) {
      throw new Error(`it ended after ${at} of ${file.size} bytes`);
    }
    await onDisk(wanted.path, () => handle.sync());
  } finally {
    await handle.close();
  }
}

/** Whether the file at a path is there, and has the size and digest that are known. */
export async function isExpected({ size, digest }: FileContent, path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || (size !== undefined && found.size !== size)) return false;
  if (digest === undefined) return true;
  return (await digestOf(path, digest.algorithm)) === digest.hex;
}

/** The digest of the file at a path, in hex. */
export async function digestOf(path: string, algorithm: Digest['algorithm']): Promise<string> {
  const hash: Hash = createHash(algorithm === 'git' ? 'sha1' : 'sha256');
  if (algorithm === 'git') hash.update(`blob ${await sizeOf(path)}\0`);
  await onDisk(path, async () => {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  });
  return hash.digest('hex');
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
    const message = `Cannot write ${path}: ${messageOf(cause, path)}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path, cause });
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof TorchError;
}

function broken({ file }: FileRequest, cause: unknown): TorchError {
  const kept = file.digest ? '. What has arrived is kept; the next attempt continues it' : '';
  const message = `Cannot download ${file.name} from ${file.from}: ${messageOf(cause)}${kept}`;
  return new TorchError('ERR_TORCH_DOWNLOAD', message, { cause });
}

function wrongContent({ file }: FileRequest): TorchError {
  const what = file.digest?.algorithm === 'git' ? 'git hash' : 'sha256';
  return new TorchError(
    'ERR_TORCH_DOWNLOAD',
    `${file.name} from ${file.from} is damaged: expected ${what} ${file.digest?.hex} but found another`,
  );
}
