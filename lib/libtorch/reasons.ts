import { describe } from '../errors';

/** What the operating system says of a file or folder, by its code. */
const FAULTS: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'no such file or folder'],
  ['ENOTDIR', 'a file where a folder should be'],
  ['EISDIR', 'a folder'],
  ['EEXIST', 'something else of that name'],
  ['EACCES', 'no permission to use it'],
  ['EPERM', 'no permission to use it'],
  ['ENOSPC', 'no space left on the disk'],
  ['EDQUOT', 'no space left for this user'],
  ['EROFS', 'a disk that is read-only'],
  ['EFBIG', 'more than this process may write'],
  ['ELOOP', 'links that lead in a circle'],
  ['ENAMETOOLONG', 'a name that is too long'],
  ['EMFILE', 'too many open files'],
]);

/**
 * What is wrong with a file or folder, in words, with the code of the operating system where it is one of its errors;
 * else the message of what was thrown.
 *
 * @param path what the reader is told anyhow: another path is named
 */
export function faultOf(error: unknown, path?: string): string {
  const { code, syscall, path: at, message } = Object(error);
  const words = typeof syscall === 'string' ? FAULTS.get(code) : undefined;
  if (words === undefined) return String(message ?? error);
  return at === undefined || at === path ? `${words} (${code})` : `${words}, ${at} (${code})`;
}

/**
 * The message of anything thrown. fetch reports no more than «fetch failed» and keeps what
 * happened in the cause, so that is reported too. Faults of files are told by `faultOf`. Errors are recognised by their shape, since those made
 * in another realm fail `instanceof`.
 */
export function messageOf(error: unknown, path?: string): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return describe(error);
  const inner = 'cause' in error ? error.cause : undefined;
  const hasInner = typeof inner === 'object' && inner !== null && 'message' in inner;
  const own = faultOf(error, path);
  return hasInner ? `${own}: ${inner.message}` : own;
}

/** The system's error code, for example `ENOENT`. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return String(error.code);
}
