import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { TorchError } from '../errors';
import { messageOf } from './reasons';
import type { PinnedFile } from './versions';

const STALL_LIMIT_MS = 60_000;
const REPORT_EVERY = 0.25;

/** Receives one line about progress. */
export type Log = (line: string) => void;

/** Options of {@link download}. */
export interface DownloadOptions {
  log?: Log;
  /** Give up when nothing has arrived for this long; default 60,000 ms. */
  stallLimitMs?: number;
}

/**
 * Downloads `file` to `path`, which must not exist, checking its size and digest on the way.
 *
 * @throws TorchError `ERR_TORCH_DOWNLOAD` if the server refuses, the connection breaks or stalls,
 *   or the content is not the one expected. Nothing is left at `path` then.
 */
export async function download(
  file: PinnedFile,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'wx');
    await receive(file, handle, options);
  } catch (cause) {
    // A file that this call did not open belongs to someone else.
    if (handle !== undefined) await rm(path, { force: true });
    const message = `Cannot download ${file.url}: ${messageOf(cause)}`;
    throw new TorchError('ERR_TORCH_DOWNLOAD', message, { cause });
  }
}

async function receive(
  file: PinnedFile,
  handle: FileHandle,
  options: DownloadOptions,
): Promise<void> {
  const stall = new AbortController();
  const { signal } = stall;
  const limit = options.stallLimitMs ?? STALL_LIMIT_MS;
  const timer = setTimeout(() => {
    stall.abort(new Error(`nothing arrived for ${limit / 1000} s`));
  }, limit);
  const digest = createHash('sha256');
  const target = handle.createWriteStream();
  try {
    const body = await request(file.url, signal);
    const check = measure(file, digest, () => timer.refresh(), options.log);
    await pipeline(body, check, target, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    target.destroy();
  }
  const received = digest.digest('hex');
  if (received !== file.sha256) {
    throw new Error(`its sha256 is ${received}, expected ${file.sha256}`);
  }
}

async function request(url: string, signal: AbortSignal): Promise<Readable> {
  const response = await fetch(url, { signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
  }
  if (response.body === null) throw new Error('the server sent no content');
  return Readable.fromWeb(response.body as ReadableStream);
}

/** Passes the content on while counting and hashing it; fails as soon as the size is wrong. */
function measure(
  file: PinnedFile,
  digest: ReturnType<typeof createHash>,
  alive: () => void,
  log: Log | undefined,
) {
  return async function* (source: AsyncIterable<Buffer>) {
    let received = 0;
    let reportAt = REPORT_EVERY;
    for await (const chunk of source) {
      alive();
      received += chunk.length;
      if (received > file.size)
        throw new Error(`it is longer than the ${file.size} bytes expected`);
      digest.update(chunk);
      while (log !== undefined && received >= reportAt * file.size && reportAt < 1) {
        log(`downloaded ${Math.round(reportAt * 100)} % of ${megabytes(file.size)}`);
        reportAt += REPORT_EVERY;
      }
      yield chunk;
    }
    if (received < file.size) throw new Error(`it ended after ${received} of ${file.size} bytes`);
  };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
