import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../../shared/data');

/** The path of data that lies beside the project on some machines. */
export function sharedData(...path: string[]): string {
  return join(ROOT, ...path);
}

/** `describe`, or one that skips its tests and says why, for tests of data that may be absent. */
export function describeWith(path: string): jest.Describe {
  if (existsSync(path)) return describe;
  console.warn(`${path} is absent, so tests that compare with it are skipped`);
  return describe.skip;
}
