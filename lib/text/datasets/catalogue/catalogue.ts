import { join } from 'node:path';
import { z } from 'zod';
import { string } from '../../../check';
import { parseFileContent, readJsonFile } from '../../../checked-file';
import { outOfRange } from '../../../errors';
import { nearestName } from '../readers/nearest-name';

/** The root of the package, as far from the sources as from what is compiled of them. */
const PATH = join(__dirname, '..', '..', '..', '..', 'data', 'catalogue.json');

/** Names of files come to stand below a folder: none may lead out of it. */
const safePath = z.string().regex(/^(?!\.)[\w.-]+(?:\/(?!\.)[\w.-]+)*$/);

const fileSchema = z.strictObject({
  path: safePath,
  url: z.url().optional(),
  size: z.number().int().positive().optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

const datasetSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  about: z.string(),
  licence: z.string(),
  source: z.url(),
  citation: z.string(),
  classes: z.number().int().positive().optional(),
  splits: z.string(),
  /** An archive (zip) that holds the files, wherever in it. */
  archive: z.strictObject({ url: z.url() }).optional(),
  /** How to come by the data where it may not be downloaded. */
  manual: z.string().optional(),
  files: z.array(fileSchema).min(1),
});

/** A file of a published data set. Size and sha256 are there where they are known. */
export type CatalogueFile = Readonly<z.infer<typeof fileSchema>>;

/** A published data set: what it is, whose, and where its files are. */
export type CatalogueEntry = Readonly<z.infer<typeof datasetSchema>>;

const schema = z.strictObject({ datasets: z.array(datasetSchema) });
let loaded: readonly CatalogueEntry[] | undefined;

/** All data sets of the catalogue. */
export function listDatasets(): readonly CatalogueEntry[] {
  const what = 'the catalogue of data sets';
  loaded ??= parseFileContent(PATH, schema, readJsonFile(PATH, what), what).datasets;
  return loaded;
}

/**
 * The data set of a name.
 *
 * @throws ArgumentRangeError for a name that the catalogue does not have: it names the nearest
 */
export function catalogued(name: string, operator = 'catalogued'): CatalogueEntry {
  const known = listDatasets();
  const found = known.find((entry) => entry.name === string(name, 'name', operator));
  if (found !== undefined) return found;
  const names = known.map((entry) => entry.name);
  const near = nearestName(name, names);
  const hint = near === undefined ? '' : ` (the nearest is '${near}')`;
  throw outOfRange(`one of ${names.join(', ')}${hint}`, 'name', name, operator);
}
