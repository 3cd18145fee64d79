import { outOfRange } from '../errors';

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
