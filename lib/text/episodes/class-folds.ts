import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { string } from '../../check';
import { messageOf } from '../../libtorch/reasons';
import { type Refuse, refusalsOf } from '../datasets/readers/data-file-error';
import { textLines } from '../datasets/readers/text-lines';
import type { ClassSplits } from '../datasets/wordnet-splits';

/** A partition of the classes, and the name of its folder. */
export type ClassFold = { readonly name: string; readonly splits: ClassSplits };

const LISTS = { metaTrain: 'train', metaValidation: 'valid', metaTest: 'test' } as const;
const LONGEST_LABEL = 10_000;

/**
 * Reads published partitions of a data set's classes: folders `01`, `02`, … with the files `labels.train.txt`,
 * `labels.valid.txt` and `labels.test.txt`, one label a line, as those of Thomas Dopierre et al., "ProtAugment",
 * ACL 2021. Results are the mean over all folds.
 *
 *     const folds = await readClassFolds('protaugment-splits/BANKING77/few_shot');
 *     const samplers = folds.map(({ splits }) => splitSamplers(dataset, splits, options));
 *
 * @throws DataFileError that says where, if a list is missing or empty, or a class is in it twice or in another
 *   one of its fold too; ArgumentTypeError if `folder` is not a string
 */
export async function readClassFolds(folder: string): Promise<ClassFold[]> {
  const refuse = refusalsOf(string(folder, 'folder', 'readClassFolds'));
  const folds: ClassFold[] = [];
  for (const name of foldersIn(folder, refuse)) {
    const seen = new Map<string, string>();
    const list = (key: keyof typeof LISTS) =>
      readLabels(join(folder, name, `labels.${LISTS[key]}.txt`), seen);
    folds.push({
      name,
      splits: {
        metaTrain: await list('metaTrain'),
        metaValidation: await list('metaValidation'),
        metaTest: await list('metaTest'),
      },
    });
  }
  if (folds.length === 0) refuse({}, 'folders with lists of labels', 'none');
  return folds;
}

function foldersIn(folder: string, refuse: Refuse): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    return refuse({}, 'a folder of folds', messageOf(cause, folder), cause);
  }
}

async function readLabels(path: string, seen: Map<string, string>): Promise<string[]> {
  const refuse = refusalsOf(path);
  const labels: string[] = [];
  for await (const { text, line } of textLines(path, LONGEST_LABEL)) {
    const label = text.trim();
    if (label === '') continue;
    const before = seen.get(label);
    if (before !== undefined) {
      refuse({ line }, 'each class once in a fold', `'${label}', which is in ${before} too`);
    }
    seen.set(label, path);
    labels.push(label);
  }
  if (labels.length === 0) refuse({}, 'one label a line', 'none');
  return labels;
}
