import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import type { Check } from '../check';
import { TorchError } from '../errors';
import { faultOf } from '../libtorch/reasons';
import { jsonErrorOffset, placeOf, type TextPlace } from './json-error';
import { repeatedKey } from './json-string';
import { openRegular, readRegular } from './regular-file';

const CHUNK_BYTES = 1024 * 1024;
/** Characters of a text that a message shows. */
const PREVIEW = 40;

/** The error for a file that is not what it should be. */
export function refuseFile(
  path: string,
  expected: string,
  found: string,
  cause?: unknown,
): TorchError {
  return new TorchError(
    'ERR_TORCH_FILE',
    `Cannot load ${path}: expected ${expected} but found ${found}`,
    { path, cause },
  );
}

/** Runs `action`, whose errors mean that the file is not what is expected. */
export function onFile<T>(path: string, expected: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw refuseFile(path, expected, faultOf(cause, path), cause);
  }
}

/**
 * The value of a JSON file; `what` says what the file should be.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file cannot be read or is not JSON in UTF-8
 */
export function readJsonFile(path: string, what: string): unknown {
  return parsedJson(path, readUtf8(path, what));
}

/** The same for a file that a person may have written: a key that stands twice in its object is refused. */
export function readOwnJsonFile(path: string, what: string): unknown {
  const text = readUtf8(path, what);
  const value = parsedJson(path, text);
  const again = repeatedKey(text);
  if (again === undefined) return value;
  throw refuseText(
    path,
    placeOf(text, again.index),
    'each key once',
    `${JSON.stringify(again.key)} twice`,
  );
}

function readUtf8(path: string, what: string): string {
  const bytes = onFile(path, what, () => readRegular(path));
  // Reading the file as a string would replace damaged bytes silently.
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return onFile(path, 'JSON', () => utf8.decode(bytes));
}

function parsedJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const offset = jsonErrorOffset(text);
    const [rest = ''] = text.slice(offset, offset + PREVIEW).split('\n', 1);
    const found = offset < text.length ? JSON.stringify(rest) : 'its end';
    throw refuseText(path, placeOf(text, offset), 'JSON', found, cause);
  }
}

function refuseText(
  path: string,
  { line, column }: TextPlace,
  expected: string,
  found: string,
  cause?: unknown,
): TorchError {
  const message = `Cannot load ${path}, line ${line}, column ${column}: expected ${expected} but found ${found}`;
  return new TorchError('ERR_TORCH_FILE', message, { path, cause });
}

/**
 * What `check` makes of a value that was read from a file.
 *
 * @throws TorchError `ERR_TORCH_FILE` that says where the value does not fit
 */
export function parseFileContent<T>(
  path: string,
  check: Check<T>,
  value: unknown,
  expected: string,
): T {
  try {
    return check(value, 'content', 'the file');
  } catch (cause) {
    const message = `Cannot load ${path}: expected ${expected}\n${faultsOf(cause)}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path, cause });
  }
}

/** Errors of schemas have a list of issues, each with the place that it is at; others have a message. */
function faultsOf(error: unknown): string {
  const { message, issues }: { message?: unknown; issues?: unknown } = Object(error);
  if (!Array.isArray(issues)) return String(message ?? error);
  return issues
    .map((issue: { message?: unknown; path?: readonly PropertyKey[] }) => {
      const place = ['content', ...(issue.path ?? [])].map(String).join('.');
      return `${issue.message} at ${place}`;
    })
    .join('\n');
}

/**
 * The sha256 of files, one after the other, in hex. They are read piece by piece.
 *
 * @throws TorchError `ERR_TORCH_FILE` if one cannot be read
 */
export function sha256OfFiles(paths: readonly string[], what: string): string {
  const digest = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (const path of paths) {
    onFile(path, what, () => {
      const { file } = openRegular(path);
      try {
        for (let count = -1; count !== 0; ) {
          count = readSync(file, chunk);
          digest.update(chunk.subarray(0, count));
        }
      } finally {
        closeSync(file);
      }
    });
  }
  return digest.digest('hex');
}
