import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of metatorch itself, from its package.json. */
export function packageVersion(): string {
  const path = join(__dirname, '..', 'package.json');
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion ? String(manifest.version) : 'unknown';
}
