import {
  abortSignal,
  flag,
  notNegative,
  optional,
  positiveNumber,
  string,
  withDefault,
} from '../check';
import { outOfRange } from '../errors';

/** The options that all downloads share. */
export const DOWNLOAD = {
  /** Use the cache alone. Default: whether `METATORCH_OFFLINE` is set, to other than 0. */
  offline: optional(flag),
  /** A proxy for all requests. Default: `HTTPS_PROXY` and `HTTP_PROXY`, except for `NO_PROXY`. */
  proxy: optional(string),
  /** Ends the download; what has arrived is kept. */
  signal: optional<AbortSignal>(abortSignal),
  /** Milliseconds before a second attempt; they double for each further one. Default: 500. */
  retryDelay: withDefault(notNegative, 500),
  /** An attempt ends when nothing has arrived for so many milliseconds. Default: 60,000. */
  stallLimit: withDefault(positiveNumber, 60_000),
};

/** Whether `METATORCH_OFFLINE` is set, to other than 0 or false. */
export function isOffline(env: NodeJS.ProcessEnv = process.env): boolean {
  return !['', '0', 'false'].includes((env.METATORCH_OFFLINE ?? '').toLowerCase());
}

/** Returns `url` if it is an address of http or https. */
export function webAddress(url: string, name: string, operator: string): string {
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: undefined };
  if (protocol === 'http:' || protocol === 'https:') return url;
  throw outOfRange('an http or https address', name, url, operator);
}
