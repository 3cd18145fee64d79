import { join } from 'node:path';
import type { Refuse } from '../data-file-error';
import { languageOfFile, splitOfFile } from '../split-names';
import { entriesOf, type FolderEntry } from './text-folders';

/** What a folder holds of one language: a folder with the files of splits, or the file of one split. */
export type LanguagePart = {
  readonly path: string;
  readonly language: string;
  /** Undefined for a folder. */
  readonly split?: string;
};

/**
 * The parts of a folder that has its texts by language: folders that all hold files named after splits, as
 * those of SIB-200 and NusaX, or files `<language>.<split>.<ending>`, as those of xSID. Empty for other folders.
 */
export function languageParts(
  folder: string,
  entries: readonly FolderEntry[],
  refuse: Refuse,
): LanguagePart[] {
  const folders = entries.filter(({ isFolder }) => isFolder);
  const files = entries.flatMap(({ name, isFolder }) => {
    const found = isFolder ? undefined : languageOfFile(name);
    return found === undefined ? [] : [{ path: join(folder, name), ...found }];
  });
  if (folders.length === 0) return files;
  const haveSplits = folders.every(({ name }) =>
    entriesOf(join(folder, name), refuse).some(
      (entry) => !entry.isFolder && splitOfFile(entry.name) !== undefined,
    ),
  );
  if (!haveSplits) return [];
  return folders.map(({ name }) => ({ path: join(folder, name), language: name }));
}
