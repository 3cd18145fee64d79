import { existsSync } from 'node:fs';
import { string } from '../../check';
import { TorchError } from '../../errors';
import { didYouMean } from '../../nearest-name';
import { listDatasets } from '../../text/datasets/catalogue/catalogue';
import { downloadDataset } from '../../text/datasets/catalogue/download-dataset';
import { datasetFromRows, type TextDataset } from '../../text/datasets/dataset';
import { loadIntents } from '../../text/datasets/intents';
import { readDataset } from '../../text/datasets/readers/read-dataset';
import { loadWordNet } from '../../text/datasets/wordnet';
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
  if (existsSync(source)) return fromPath(source, source, options, signal);
  const own = OWN[source];
  if (own !== undefined && Object.hasOwn(OWN, source)) return own();
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
  return datasetFromRows(rows, { name });
}
