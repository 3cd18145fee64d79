// Without the rest of the library, which needs libtorch.
import { catalogued, listDatasets } from '../../text/datasets/catalogue/catalogue';
import { datasetFolder, downloadDataset } from '../../text/datasets/catalogue/download-dataset';
import { readDataset } from '../../text/datasets/readers/read-dataset';
import { datasheet } from '../../text/datasets/sheet/datasheet';
import { forUser } from '../user-error';
import { infoLines, listLines } from './info-lines';
import { sheetLines } from './sheet-lines';

/** Prints the catalogue. */
export function list(): void {
  print(listLines(listDatasets()));
}

/** Prints what is known of a data set. */
export async function info(name: string, json: boolean): Promise<void> {
  const entry = await forUser(() => catalogued(name));
  print(json ? [JSON.stringify(entry, null, 2)] : infoLines(entry));
}

/** Downloads or adopts a data set, and prints its folder. */
export async function get(
  name: string,
  options: { from?: string; offline?: boolean; mirror?: string; proxy?: string },
): Promise<void> {
  let last = '';
  const onProgress = ({ file }: { file: string }) => {
    if (file !== last) console.error(file);
    last = file;
  };
  const local = await forUser(() => downloadDataset(name, { ...options, onProgress }));
  for (const file of local.unverified) {
    console.error(
      `${file}: no published sha256 to check it by; its own has been recorded, and is expected from now on`,
    );
  }
  if (local.missing.length > 0) console.error(`not there: ${local.missing.join(', ')}`);
  console.log(local.folder);
}

/** Prints the folder of a data set. */
export async function path(name: string): Promise<void> {
  console.log(await forUser(() => datasetFolder(name)));
}

/** Prints the data sheet of a file or folder. */
export async function sheet(
  path: string,
  { json, ...columns }: { json?: boolean; text?: string; label?: string; split?: string },
): Promise<void> {
  const data = await forUser(() => readDataset(path, columns));
  const { name, format, chosenBy } = data;
  const made = await forUser(() => datasheet(data.rows));
  if (json) console.log(JSON.stringify({ name, format, chosenBy, ...made }, null, 2));
  else print([`${name}: ${format}, since ${chosenBy}`, '', ...sheetLines(made)]);
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}
