import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../../libtorch/reasons';
import { type Refuse, refusalsOf } from '../data-file-error';
import { fileText } from '../file-text';
import type { ReadSettings } from '../options';
import type { TextRow } from '../row-fields';
import { isSplitName } from '../split-names';

/** The entries of a folder by name, without those that a dot hides. */
export function entriesOf(folder: string, refuse: Refuse): Dirent[] {
  try {
    const all = readdirSync(folder, { withFileTypes: true });
    const seen = all.filter(({ name }) => !name.startsWith('.'));
    return seen.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    return refuse({}, 'a folder', messageOf(cause), cause);
  }
}

/**
 * The rows of a folder `<label>/<file>`, each file being a text, or of `<split>/<label>/<file>` if all of its
 * folders are named as splits. Names that begin with a dot are passed over.
 */
export async function* folderRows(folder: string, settings: ReadSettings): AsyncGenerator<TextRow> {
  const refuse = refusalsOf(folder);
  const folders = entriesOf(folder, refuse).filter((entry) => entry.isDirectory());
  if (folders.length === 0) refuse({}, 'folders named as the labels, with texts', 'none');
  const names = folders.map(({ name }) => name);
  if (!names.every(isSplitName)) yield* labelFolders(folder, names, undefined, settings);
  else {
    for (const split of names) {
      const labels = entriesOf(join(folder, split), refuse).filter((entry) => entry.isDirectory());
      const own = labels.map(({ name }) => name);
      yield* labelFolders(join(folder, split), own, split, settings);
    }
  }
}

async function* labelFolders(
  folder: string,
  labels: readonly string[],
  split: string | undefined,
  settings: ReadSettings,
): AsyncGenerator<TextRow> {
  for (const label of labels) {
    for (const { name } of entriesOf(join(folder, label), refusalsOf(folder))) {
      const text = await wholeFile(join(folder, label, name), settings);
      yield { text, label, ...(split !== undefined && { split }) };
    }
  }
}

async function wholeFile(path: string, settings: ReadSettings): Promise<string> {
  let text = '';
  for await (const piece of fileText(path, settings)) {
    text += piece;
    if (text.length > settings.maxRecordLength) {
      const most = `at most ${settings.maxRecordLength} characters in a text (maxRecordLength)`;
      refusalsOf(path)({}, most, 'more');
    }
  }
  return text.trimEnd();
}
