import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of metatorch itself, from its package.json. */
export function packageVersion(): string {
  const { version }: { version?: unknown } = manifest();
  return typeof version === 'string' ? version : 'unknown';
}

/** The oldest version that this release works with of a package that it does not bring along. */
export function peerVersion(name: string): string | undefined {
  const range: unknown = Object(Object(manifest()).peerDependencies)[name];
  return typeof range === 'string' ? range.replace(/^\^/, '') : undefined;
}

function manifest(): object {
  return Object(JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')));
}
