import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../../libtorch/reasons';
import { type Refuse, refusalsOf } from '../data-file-error';
import { fileText } from '../file-text';
import type { ReadSettings } from '../options';
import type { TextRow } from '../row-fields';
import { isSplitName } from '../split-names';

/** A name in a folder, and whether it leads to a folder. */
export type FolderEntry = { readonly name: string; readonly isFolder: boolean };

/** The entries of a folder by name, without those that a dot hides; links count as what they lead to. */
export function entriesOf(folder: string, refuse: Refuse): FolderEntry[] {
  try {
    const names = readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
    return names.map((name) => {
      const stats = statSync(join(folder, name), { throwIfNoEntry: false });
      return { name, isFolder: stats?.isDirectory() ?? false };
    });
  } catch (cause) {
    return refuse({}, 'a folder', messageOf(cause, folder), cause);
  }
}

/**
 * The rows of a folder `<label>/<file>`, each file being a text, or of `<split>/<label>/<file>` if all of its
 * folders are named as splits. Files beside the folders and names that begin with a dot are passed over.
 */
export async function* folderRows(folder: string, settings: ReadSettings): AsyncGenerator<TextRow> {
  const refuse = refusalsOf(folder);
  const folders = entriesOf(folder, refuse).filter(({ isFolder }) => isFolder);
  if (folders.length === 0) refuse({}, 'folders named as the labels, with texts', 'none');
  const names = folders.map(({ name }) => name);
  if (!names.every(isSplitName)) yield* labelFolders(folder, names, undefined, settings);
  else {
    for (const split of names) {
      const labels = entriesOf(join(folder, split), refuse).filter(({ isFolder }) => isFolder);
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
