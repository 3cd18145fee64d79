import { existsSync } from 'node:fs';
import { string } from '../../check';
import { counted } from '../../counted';
import { ArgumentRangeError, outOfRange, TorchError } from '../../errors';
import { didYouMean } from '../../nearest-name';
import { listDatasets } from '../../text/datasets/catalogue/catalogue';
import { downloadDataset } from '../../text/datasets/catalogue/download-dataset';
import { datasetFromRows, type TextDataset } from '../../text/datasets/dataset';
import { loadIntents } from '../../text/datasets/intents';
import { readDataset } from '../../text/datasets/readers/read-dataset';
import type { TextRow } from '../../text/datasets/readers/row-fields';
import { requireUse } from '../../text/datasets/readers/used-options';
import { loadWordNet } from '../../text/datasets/wordnet';
import { warnOf } from '../../warnings';
import type { RunConfig } from './config';

/** Data sets that come with metatorch or a package. */
const OWN: Readonly<Record<string, () => TextDataset>> = {
  intents: () => loadIntents(),
  wordnet: () => loadWordNet(),
};

/**
 * The data that a config names. One of the catalogue is downloaded if need be.
 *
 * @throws TorchError `ERR_TORCH_FILE` if there is none of the name, with the nearest there is, or it cannot be
 *   read; `ERR_TORCH_DOWNLOAD` if it cannot be had
 */
export async function loadRunData(
  config: NonNullable<RunConfig['data']>,
  signal?: AbortSignal,
): Promise<TextDataset> {
  const { source, ...options } = config;
  string(source, 'data', 'fit');
  if (options.split !== undefined) {
    const expected = 'none: `splits` divides the classes of a run, whatever split a row is of,';
    throw outOfRange(expected, 'split of the data', options.split, 'fit');
  }
  if (existsSync(source)) return fromPath(source, source, options, signal);
  const own = OWN[source];
  if (own !== undefined && Object.hasOwn(OWN, source)) {
    requireUse(options, undefined, (_, expected, found) => {
      const message = `Expected ${expected} as the data of fit but received ${source}, which has ${found}`;
      throw new TorchError('ERR_TORCH_ARGUMENT', message, { operator: 'fit' });
    });
    return own();
  }
  const catalogue = listDatasets().map(({ name }) => name);
  if (catalogue.includes(source)) {
    const { folder } = await downloadDataset(source, { ...(signal && { signal }) });
    return fromPath(folder, source, options, signal);
  }
  const names = [...Object.keys(OWN), ...catalogue];
  const hint = didYouMean(source, names);
  throw new TorchError(
    'ERR_TORCH_FILE',
    `Cannot load the data ${source}: expected a file, a folder, or one of ${names.join(', ')}${hint}`,
    { path: source },
  );
}

async function fromPath(
  path: string,
  name: string,
  options: object,
  signal: AbortSignal | undefined,
): Promise<TextDataset> {
  const { rows } = await readDataset(path, { ...options, ...(signal && { signal }) });
  const dataset = datasetOfFile(path, rows, name);
  warnOfAmbiguous(dataset);
  return dataset;
}

/** @throws TorchError that names the file of which the rows are */
function datasetOfFile(path: string, rows: readonly TextRow[], name: string): TextDataset {
  try {
    return datasetFromRows(rows, { name });
  } catch (cause) {
    if (!(cause instanceof ArgumentRangeError)) throw cause;
    throw new TorchError('ERR_TORCH_FILE', `Cannot take the labels of ${path}: ${cause.message}`, {
      path,
      cause,
    });
  }
}

/** Texts that repeat are one; those of several classes are none, which takes from the classes. */
function warnOfAmbiguous({ name, removed }: TextDataset): void {
  const { ambiguousTexts, acrossClasses } = removed;
  if (ambiguousTexts === 0) return;
  warnOf(
    'METATORCH_AMBIGUOUS_TEXTS',
    `Left out of ${name}: ${counted(ambiguousTexts, 'text')} with more than one class, in ${counted(acrossClasses, 'row')}; \`metatorch datasets sheet\` shows them`,
  );
}
