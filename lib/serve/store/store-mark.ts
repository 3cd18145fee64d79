import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { literal, required, someProperties } from '../../check';
import { TorchError } from '../../errors';
import { parseFileContent, readJsonFile } from '../../files/checked-file';
import { replaceFile } from '../../torch/files/replace-file';

/** The file that makes a folder a store. */
const MARK = 'store.json';
const markCheck = someProperties({
  format: required(literal('metatorch-store')),
  version: required(literal(1)),
});

/** True if there is a store in a folder. */
export function isStore(folder: string): boolean {
  return existsSync(join(folder, MARK));
}

/** Marks an empty folder as a store. @throws TorchError `ERR_TORCH_FILE` for one with other things in it */
export async function requireStore(folder: string): Promise<void> {
  const path = join(folder, MARK);
  const entries = await readdir(folder);
  if (!entries.includes(MARK)) {
    const foreign = entries.find((name) => !name.startsWith('.'));
    if (foreign === undefined) {
      replaceFile(path, [
        Buffer.from(`${JSON.stringify({ format: 'metatorch-store', version: 1 })}\n`),
      ]);
      return;
    }
    const message = `Cannot use ${folder} as a store: expected ${MARK}, which marks a store, or an empty folder but found ${foreign}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path: folder });
  }
  parseFileContent(path, markCheck, readJsonFile(path, 'a store'), 'a store of version 1');
}
