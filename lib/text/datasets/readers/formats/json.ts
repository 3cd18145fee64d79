import { isPlainObject } from '../../../../check';
import { jsonErrorOffset, placeOf } from '../../../../files/json-error';
import { repeatedKey } from '../../../../files/json-string';
import { kindOf, type Place, quoted, type Refuse, refusalsOf } from '../data-file-error';
import { fileText } from '../file-text';
import type { DataFormat, ReadSettings } from '../options';
import { chooseFields, RowMaker, type TextRow } from '../row-fields';
import { textLines } from '../text-lines';
import { clincRows } from './clinc';
import { fewRelRows } from './few-rel';
import { type JsonPath, placeOfValue, type RefuseAt } from './json-place';

/**
 * The rows of a JSON file: a list of objects, columns as lists of equal length or lists of texts by label; with
 * another format, what CLINC150 or FewRel are published in. The file is read as a whole.
 */
export async function* jsonRows(
  path: string,
  settings: ReadSettings,
  format: DataFormat = 'json',
): AsyncGenerator<TextRow> {
  const refuse = refusalsOf(path);
  const text = await wholeText(path, settings, refuse);
  const value = parsed(text, {}, refuse);
  requireDistinctKeys(text, Array.isArray(value) ? 2 : 1, {}, refuse);
  const refuseAt: RefuseAt = (at, expected, found) =>
    refuse({ ...placeOfValue(text, at), record: nameOf(at) }, expected, kindOf(found));
  if (format === 'clinc150') {
    yield* clincRows(value, refuseAt);
  } else if (format === 'fewrel') {
    yield* fewRelRows(value, settings, refuseAt);
  } else if (Array.isArray(value)) {
    yield* listRows(value, settings, refuse, refuseAt, text);
  } else if (isPlainObject(value)) {
    yield* recordRows(value, settings, refuse, refuseAt);
  } else refuseAt([], 'a list of objects, or lists by name', value);
}

/** The rows of a file with one JSON object a line. Empty lines are passed over. */
export async function* jsonLineRows(path: string, settings: ReadSettings): AsyncGenerator<TextRow> {
  const refuse = refusalsOf(path);
  const maker = new RowMaker(settings, refuse);
  let record = 0;
  for await (const { text, line } of textLines(path, settings.maxRecordLength, settings)) {
    if (text.trim() === '') continue;
    const place = { line, record: ++record };
    const value = parsed(text, place, refuse);
    requireDistinctKeys(text, 1, place, refuse);
    if (!isPlainObject(value)) refuse(place, 'an object', kindOf(value));
    else yield objectRow(value, settings, maker, place, refuse);
  }
}

async function wholeText(path: string, settings: ReadSettings, refuse: Refuse): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of fileText(path, settings)) {
    length += piece.length;
    if (length > settings.maxJsonLength) {
      const most = `at most ${settings.maxJsonLength} characters of JSON (maxJsonLength); JSON lines have no such limit`;
      refuse({}, most, 'more');
    }
    pieces.push(piece);
  }
  return pieces.join('');
}

function parsed(text: string, place: Place, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const offset = jsonErrorOffset(text);
    const found =
      offset < text.length ? quoted(text.slice(offset).split('\n', 1).join()) : 'its end';
    return refuse({ ...placeOf(text, offset), ...place }, 'JSON', found, cause);
  }
}

function nameOf(path: JsonPath): string | undefined {
  const name = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return name === '' ? undefined : name.replace(/^\./, '');
}

function requireDistinctKeys(text: string, depth: number, place: Place, refuse: Refuse): void {
  const again = repeatedKey(text, depth);
  if (again === undefined) return;
  const { key, index } = again;
  refuse(
    { ...placeOf(text, index), record: key, ...place },
    'each label or column once',
    `${quoted(key)} twice`,
  );
}

function objectRow(
  value: Readonly<Record<string, unknown>>,
  settings: ReadSettings,
  maker: RowMaker,
  place: Place,
  refuse: Refuse,
): TextRow {
  const fields = chooseFields(Object.keys(value), settings, place, refuse);
  return maker.rowOf(fields, (name) => value[name], place);
}

function* listRows(
  list: readonly unknown[],
  settings: ReadSettings,
  refuse: Refuse,
  refuseAt: RefuseAt,
  text: string,
): Generator<TextRow> {
  // The lines of JSON mean nothing unless something is wrong, and to find them takes time.
  const withLine: Refuse = (place, expected, found, cause) =>
    refuse({ ...placeOfValue(text, [Number(place.record) - 1]), ...place }, expected, found, cause);
  const maker = new RowMaker(settings, withLine);
  for (const [i, item] of list.entries()) {
    if (!isPlainObject(item)) refuseAt([i], 'an object with text and label', item);
    else yield objectRow(item, settings, maker, { record: i + 1 }, withLine);
  }
}

function* recordRows(
  value: Readonly<Record<string, unknown>>,
  settings: ReadSettings,
  refuse: Refuse,
  refuseAt: RefuseAt,
): Generator<TextRow> {
  const lists = Object.entries(value).map(([key, list]) =>
    Array.isArray(list) ? ([key, list as unknown[]] as const) : refuseAt([key], 'a list', list),
  );
  const isTable = settings.text !== undefined || settings.label !== undefined || hasUsual(value);
  if (isTable) yield* columnRows(Object.fromEntries(lists), settings, refuse, refuseAt);
  else {
    const maker = new RowMaker({ labelNames: undefined }, refuse);
    for (const [label, texts] of lists) {
      for (const [i, text] of texts.entries()) {
        if (typeof text !== 'string') refuseAt([label, i], 'a text', text);
        yield maker.row(text, label, undefined, {});
      }
    }
  }
}

/** Columns named `text` and `label` are a table; texts by label have other labels. */
function hasUsual(value: Readonly<Record<string, unknown>>): boolean {
  return 'text' in value && 'label' in value;
}

function* columnRows(
  lists: Readonly<Record<string, readonly unknown[]>>,
  settings: ReadSettings,
  refuse: Refuse,
  refuseAt: RefuseAt,
): Generator<TextRow> {
  const fields = chooseFields(Object.keys(lists), settings, {}, refuse);
  const texts = lists[fields.text] ?? [];
  for (const name of [fields.label, fields.split, ...fields.groups]) {
    const list = name === undefined ? undefined : lists[name];
    if (name === undefined || list === undefined || list.length === texts.length) continue;
    refuseAt([name], `a list of ${texts.length} as '${fields.text}' is`, list);
  }
  const maker = new RowMaker(settings, refuse);
  for (const i of texts.keys()) {
    yield maker.rowOf(fields, (name) => lists[name]?.[i], { record: i + 1 });
  }
}
