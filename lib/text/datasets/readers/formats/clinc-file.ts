import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listOf, recordOf, string } from '../../../../check';
import { parseFileContent, readJsonFile } from '../../../../files/checked-file';
import type { ReadSettings } from '../options';
import type { TextRow } from '../row-fields';
import { jsonRows } from './json';

/** The texts in the folder of CLINC150. */
export const CLINC_FILE = 'data_full.json';
/** Its intents by domain. */
const DOMAINS_FILE = 'domains.json';

const domainsCheck = recordOf(listOf(string));

/**
 * The rows of CLINC150, of its file or folder, with their domain as a group if the file that says it lies beside.
 *
 * @throws TorchError `ERR_TORCH_FILE` if that is something else
 */
export async function* clincFileRows(
  path: string,
  settings: ReadSettings,
): AsyncGenerator<TextRow> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const file = isFolder ? join(path, CLINC_FILE) : path;
  const domains = domainsBeside(file);
  for await (const row of jsonRows(file, settings, 'clinc150')) {
    const domain = domains.get(row.label);
    yield domain === undefined ? row : { ...row, groups: { domain } };
  }
}

/** The domain of each intent; none if nothing says it. */
function domainsBeside(file: string): Map<string, string> {
  const path = join(dirname(file), DOMAINS_FILE);
  if (!existsSync(path)) return new Map();
  const expected = 'lists of intents by domain';
  const found = parseFileContent(path, domainsCheck, readJsonFile(path, expected), expected);
  return new Map(
    Object.entries(found).flatMap(([domain, intents]) =>
      intents.map((intent) => [intent, domain] as const),
    ),
  );
}
