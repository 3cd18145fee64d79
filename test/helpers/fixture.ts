import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads test/fixtures/<name>.json, as written by the script of that name beside it. */
export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', `${name}.json`), 'utf8')) as T;
}
