import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of metatorch itself, from its package.json. */
export function packageVersion(): string {
  const { version }: { version?: unknown } = manifest();
  return typeof version === 'string' ? version : 'unknown';
}

/**
 * A package that is not there, as `npm install` takes it: with the version that this release has as an optional
 * dependency, or the oldest that it works with of a peer, as far as it names one.
 */
export function packageSpecifier(name: string): string {
  const { optionalDependencies, peerDependencies } = Object(manifest());
  const range: unknown = Object({ ...peerDependencies, ...optionalDependencies })[name];
  return typeof range === 'string' ? `${name}@${range.replace(/^\^/, '')}` : name;
}

function manifest(): object {
  return Object(JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')));
}
