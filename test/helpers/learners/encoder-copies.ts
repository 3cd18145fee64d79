import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TorchError } from '../../../lib/errors';
import { loadHuggingFace } from '../../../lib/text/encoders/hugging-face';
import { temporaryFolder } from '../folders';

/** Copies of the tiny encoders among the fixtures, for tests that change files of theirs. */
export const FIXTURES = join(__dirname, '../../fixtures/encoders');

/** To call at the top of a test file: makes a copy of a tiny model that a test may break. */
export function encoderCopies(): (type: string) => string {
  const temporary = temporaryFolder();
  let copies = 0;
  return (type) => {
    const folder = join(temporary(), String(copies++));
    cpSync(join(FIXTURES, type), folder, { recursive: true });
    return folder;
  };
}

/** Changes a JSON file of a folder. */
export function editJson(
  folder: string,
  file: string,
  change: (json: Record<string, unknown>) => unknown,
): void {
  const path = join(folder, file);
  const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(change(json)));
}

/** Expects that a folder cannot be loaded, for what is in one of its files. */
export function expectRefused(folder: string, file: string, ...words: string[]): void {
  const load = () => loadHuggingFace(folder);
  expect(load).toThrow(TorchError);
  expect(load).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_FILE', path: join(folder, file) }),
  );
  for (const word of words) expect(load).toThrow(word);
}
