import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { recordOf, required, strictObject, string } from '../../../check';
import { digestOf, type FileContent, isExpected, onDisk } from '../../../download/file-download';
import { cacheFolder } from '../../../libtorch/cache';
import { replaceFile } from '../../../torch/files/replace-file';
import type { CatalogueEntry, CatalogueFile } from './catalogue';

const RECORD = '.metatorch.json';
const recordCheck = strictObject({ sha256: required(recordOf(string)) });

/** Where data sets are kept: `datasets` in metatorch's cache. */
export function datasetsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), 'datasets');
}

/**
 * The files of one data set. Of those without a published sha256, the one that came first is recorded, and
 * later ones must be the same.
 */
export class DatasetCache {
  readonly folder: string;
  readonly entry: CatalogueEntry;

  constructor(entry: CatalogueEntry, root: string) {
    this.entry = entry;
    this.folder = join(root, entry.name);
  }

  pathOf({ path }: CatalogueFile): string {
    return join(this.folder, path);
  }

  /** What a file must be, as published or else as recorded. */
  contentOf(file: CatalogueFile): FileContent {
    const hex = file.sha256 ?? this.#recorded()[file.path];
    const { size } = file;
    return { size, ...(hex !== undefined && { digest: { algorithm: 'sha256', hex } as const }) };
  }

  has(file: CatalogueFile): Promise<boolean> {
    return isExpected(this.contentOf(file), this.pathOf(file));
  }

  async missing(): Promise<CatalogueFile[]> {
    const missing: CatalogueFile[] = [];
    for (const file of this.entry.files) if (!(await this.has(file))) missing.push(file);
    return missing;
  }

  /** Copies a file of someone's into its place. */
  async adopt(file: CatalogueFile, from: string): Promise<void> {
    const path = this.pathOf(file);
    const staged = `${path}.${randomBytes(6).toString('hex')}.adopted`;
    await onDisk(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      try {
        await copyFile(from, staged);
        await rename(staged, path);
      } finally {
        await rm(staged, { force: true });
      }
    });
  }

  /** Records the sha256 of a file that has none that is published. True if it has. */
  async record(file: CatalogueFile): Promise<boolean> {
    if (file.sha256 !== undefined) return false;
    const sha256 = {
      ...this.#recorded(),
      [file.path]: await digestOf(this.pathOf(file), 'sha256'),
    };
    const text = `${JSON.stringify({ sha256 }, null, 2)}\n`;
    replaceFile(join(this.folder, RECORD), [Buffer.from(text)]);
    return true;
  }

  #recorded(): Readonly<Record<string, string>> {
    try {
      const value: unknown = JSON.parse(readFileSync(join(this.folder, RECORD), 'utf8'));
      return recordCheck(value, 'the record', 'a data set').sha256;
    } catch {
      return {};
    }
  }
}
