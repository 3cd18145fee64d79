import { describe } from '../errors';

/**
 * The message of anything thrown. fetch reports no more than «fetch failed» and keeps what
 * happened in the cause, so that is reported too. Errors are recognised by their shape, since those made
 * in another realm fail `instanceof`.
 */
export function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return describe(error);
  const inner = 'cause' in error ? error.cause : undefined;
  const hasInner = typeof inner === 'object' && inner !== null && 'message' in inner;
  return hasInner ? `${error.message}: ${inner.message}` : String(error.message);
}

/** The system's error code, for example `ENOENT`. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return String(error.code);
}
