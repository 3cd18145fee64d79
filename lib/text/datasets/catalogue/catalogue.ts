import { join } from 'node:path';
import {
  listOf,
  matching,
  optional,
  positiveInteger,
  required,
  strictObject,
  string,
} from '../../../check';
import { outOfRange } from '../../../errors';
import { parseFileContent, readJsonFile } from '../../../files/checked-file';
import { DATA_FOLDER } from '../../../shipped-files';
import { nearestName } from '../readers/nearest-name';

/** The root of the package, as far from the sources as from what is compiled of them. */
const PATH = join(DATA_FOLDER, 'catalogue.json');

/** Names of files come to stand below a folder: none may lead out of it. */
const safePath = matching(/^(?!\.)[\w.-]+(?:\/(?!\.)[\w.-]+)*$/, 'a path below a folder');
const url = matching(/^https?:\/\/[^\s/]+(?:\/\S*)?$/, 'a URL');

const fileCheck = strictObject({
  path: required(safePath),
  url: optional(url),
  size: optional(positiveInteger),
  sha256: optional(matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits')),
});

const datasetCheck = strictObject({
  name: required(matching(/^[a-z0-9-]+$/, 'a name of small letters, digits and hyphens')),
  title: required(string),
  about: required(string),
  licence: required(string),
  source: required(url),
  citation: required(string),
  classes: optional(positiveInteger),
  splits: required(string),
  /** An archive (zip) that holds the files, wherever in it. */
  archive: optional(strictObject({ url: required(url) })),
  /** How to come by the data where it may not be downloaded. */
  manual: optional(string),
  files: required(listOf(fileCheck, 1)),
});

/** A file of a published data set. Size and sha256 are there where they are known. */
export type CatalogueFile = Readonly<ReturnType<typeof fileCheck>>;

/** A published data set: what it is, whose, and where its files are. */
export type CatalogueEntry = Readonly<ReturnType<typeof datasetCheck>>;

const catalogueCheck = strictObject({ datasets: required(listOf(datasetCheck)) });
let loaded: readonly CatalogueEntry[] | undefined;

/** All data sets of the catalogue. */
export function listDatasets(): readonly CatalogueEntry[] {
  const what = 'the catalogue of data sets';
  loaded ??= parseFileContent(PATH, catalogueCheck, readJsonFile(PATH, what), what).datasets;
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
