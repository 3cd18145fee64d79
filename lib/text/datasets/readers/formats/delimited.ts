import { quoted, type Refuse, refusalsOf } from '../data-file-error';
import { fileText } from '../file-text';
import type { ReadSettings } from '../options';
import { peek } from '../peek';
import { chooseFields, type RowFields, RowMaker, type TextRow } from '../row-fields';
import { csvRecords } from './csv-records';

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * The rows of a table of texts: CSV (RFC 4180), or the same with tabs or another delimiter. The first line
 * names the columns, unless `columns` does.
 *
 * @param usual the delimiter if neither the options nor the first line say another
 */
export async function* delimitedRows(
  path: string,
  settings: ReadSettings,
  usual: string,
): AsyncGenerator<TextRow> {
  const refuse = refusalsOf(path);
  const maker = new RowMaker(settings, refuse);
  const { first = '', all } = await peek(fileText(path, settings));
  const delimiter = settings.delimiter ?? delimiterOf(first, usual);
  const form = { delimiter, quote: settings.quote, longest: settings.maxRecordLength };
  let names = settings.columns;
  let indices = names && indicesOf(names, settings, 1, refuse);
  let record = 0;
  for await (const { values, line } of csvRecords(all, form, refuse)) {
    if (names === undefined || indices === undefined) {
      names = values;
      indices = indicesOf(names, settings, line, refuse);
      continue;
    }
    record++;
    const place = { line, record };
    if (values.length !== names.length) {
      refuse(
        place,
        `${names.length} columns`,
        `${values.length}: ${quoted(values.join(delimiter))}`,
      );
    }
    const { fields, places } = indices;
    yield maker.rowOf(fields, (name) => values[places.get(name) ?? -1], place);
  }
  if (indices === undefined) refuse({}, 'a line with the names of the columns', 'an empty file');
}

function indicesOf(
  names: readonly string[],
  settings: ReadSettings,
  line: number,
  refuse: Refuse,
): { fields: RowFields; places: ReadonlyMap<string, number> } {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse({ line }, 'distinct names of columns', `${quoted(twice)} twice`);
  const fields = chooseFields(names, settings, { line }, refuse);
  return { fields, places: new Map(names.map((name, i) => [name, i])) };
}

/** The usual delimiter unless the first line lacks it and has another. */
function delimiterOf(start: string, usual: string): string {
  const [line = ''] = start.split('\n', 1);
  return [usual, ...DELIMITERS].find((delimiter) => line.includes(delimiter)) ?? usual;
}
