import {
  array,
  callable,
  checkOptions,
  recordOf,
  requireDistinct,
  string,
  withMethods,
} from '../../check';
import { describe, invalidArgument, outOfRange } from '../../errors';
import { normalizeText } from '../tokenizers/normalize-text';

/** One text and the name of its class. */
export interface LabeledText {
  text: string;
  label: string;
}

/** What else is known of a text: `{ language: 'en', domain: 'cards' }`. */
export type TextGroups = Readonly<Record<string, string>>;

/** Rows that were left out so that no two examples are the same text. */
export interface RemovedDuplicates {
  /** Repetitions of a text within its class; the first one stays. */
  withinClass: number;
  /** Texts found in more than one class. */
  ambiguousTexts: number;
  /** The rows holding those; none of them stays, since their class is ambiguous. */
  acrossClasses: number;
}

/**
 * Texts by class. No two examples are the same text, in one class or in two: examples drawn without
 * replacement then never meet again as a query, nor in the episodes of another set of classes.
 */
export interface TextDataset {
  readonly name: string;
  readonly classes: readonly string[];
  /** Examples in all. */
  readonly size: number;
  readonly removed: Readonly<RemovedDuplicates>;
  /** The texts of one class. @throws ArgumentRangeError for a class it does not have. */
  examples(label: string): readonly string[];
  /** The groups of one of its texts, for reports; undefined if nothing is known. */
  groups?(text: string): TextGroups | undefined;
}

export interface DatasetOptions {
  /** What to call the dataset. Default `texts`. */
  name?: string;
  /** The classes in their order. Default: those of the rows, in the order of first appearance. */
  classes?: readonly string[];
  /** Texts with equal keys count as the same text. Default `sameText`. */
  key?: (text: string) => string;
}

const SAME_TEXT = { locale: 'en', lowerCase: true, normalize: true, foldVariants: true };

/**
 * The default key: texts are the same up to white space, case, compatibility forms (NFKC) and what
 * `foldVariants` makes one, as `WordTokenizer` reads them.
 */
export function sameText(text: string): string {
  string(text, 'text', 'sameText');
  return normalizeText(text, SAME_TEXT).replace(/\s+/gu, ' ').trim();
}

/** A stricter key: texts are the same if their letters and digits are, whatever stands between. */
export function sameWords(text: string): string {
  const words = sameText(text).match(/[\p{L}\p{M}\p{N}]+/gu);
  return words === null ? sameText(text) : words.join(' ');
}

/** Data sets of which is known that no two texts are the same by `sameText`. */
const distinct = new WeakSet<TextDataset>();

/**
 * Refuses a data set two of whose texts are the same by `sameText`: an episode could have one in its support
 * set and the other in its query set. Those made by `datasetFromRows` with one of the keys here have none.
 */
export function requireDistinctTexts(
  dataset: TextDataset,
  classes: readonly string[],
  operator: string,
): void {
  if (distinct.has(dataset)) return;
  const first = new Map<string, string>();
  for (const text of classes.flatMap((label) => dataset.examples(label))) {
    const key = sameText(text);
    const before = first.get(key);
    if (before !== undefined) {
      const expected = `texts that differ in more than case, white space and forms of characters, unlike ${describe(before)},`;
      throw outOfRange(expected, `'${dataset.name}'`, text, operator);
    }
    first.set(key, text);
  }
}

class MemoryDataset implements TextDataset {
  readonly name: string;
  readonly classes: readonly string[];
  readonly size: number;
  readonly removed: Readonly<RemovedDuplicates>;
  readonly #byClass: ReadonlyMap<string, readonly string[]>;
  readonly #groups: ReadonlyMap<string, TextGroups>;

  constructor(
    name: string,
    byClass: ReadonlyMap<string, readonly string[]>,
    groups: ReadonlyMap<string, TextGroups>,
    removed: RemovedDuplicates,
  ) {
    this.name = name;
    this.#groups = groups;
    this.removed = removed;
    this.#byClass = byClass;
    this.classes = [...byClass.keys()];
    this.size = [...byClass.values()].reduce((sum, texts) => sum + texts.length, 0);
  }

  examples(label: string): readonly string[] {
    const texts = this.#byClass.get(label);
    if (texts === undefined) throw outOfRange(`a class of '${this.name}'`, 'label', label);
    return texts;
  }

  groups(text: string): TextGroups | undefined {
    return this.#groups.get(text);
  }
}

/** A row that may say what else is known of its text. */
type DatasetRow = LabeledText & { readonly groups?: TextGroups };

const groupsCheck = recordOf(string);

function requireRow(row: DatasetRow, index: number): void {
  if (typeof row?.text !== 'string') {
    throw invalidArgument('a string', `rows[${index}].text`, row?.text);
  }
  if (typeof row.label !== 'string') {
    throw invalidArgument('a string', `rows[${index}].label`, row.label);
  }
  if (row.groups !== undefined) groupsCheck(row.groups, `rows[${index}].groups`, 'datasetFromRows');
}

function removeDuplicates(rows: readonly DatasetRow[], key: (text: string) => string) {
  const groups = new Map<string, { first: DatasetRow; count: number; ambiguous: boolean }>();
  for (const [index, row] of rows.entries()) {
    requireRow(row, index);
    const same = string(key(row.text), 'what key returns', 'datasetFromRows');
    const group = groups.get(same);
    if (group === undefined) {
      groups.set(same, { first: row, count: 1, ambiguous: false });
    } else {
      group.count++;
      group.ambiguous ||= group.first.label !== row.label;
    }
  }

  const removed: RemovedDuplicates = { withinClass: 0, ambiguousTexts: 0, acrossClasses: 0 };
  const kept: DatasetRow[] = [];
  for (const { first, count, ambiguous } of groups.values()) {
    if (ambiguous) {
      removed.ambiguousTexts++;
      removed.acrossClasses += count;
    } else {
      removed.withinClass += count - 1;
      kept.push(first);
    }
  }
  return { kept, removed };
}

/**
 * Makes a dataset of any texts. Repetitions within a class are removed but for the first, texts
 * that appear in two classes are removed altogether; `removed` counts both. The order stays. Rows may have
 * `groups`, such as their language, as those of `readDataset` have.
 *
 * @example
 * const dataset = datasetFromRows([
 *   { text: 'Where is my card?', label: 'card arrival' },
 *   { text: 'Please cancel the transfer.', label: 'cancel transfer' },
 * ]);
 *
 * @throws ArgumentTypeError for anything but a list, or a row without a text or label;
 *   ArgumentRangeError for a label that `options.classes` does not list, a class listed twice, or two classes
 *   whose names differ in white space and forms of characters alone
 */
export function datasetFromRows(
  rows: readonly DatasetRow[],
  options: DatasetOptions = {},
): TextDataset {
  checkOptions(options, ['name', 'classes', 'key'], 'datasetFromRows');
  const { name = 'texts', key = sameText } = options;
  string(name, 'name', 'datasetFromRows');
  callable(key, 'key', 'datasetFromRows');
  array(rows, 'texts with labels', 'rows', 'datasetFromRows');
  const { kept, removed } = removeDuplicates(rows, key);
  const classes = options.classes ?? [...new Set(rows.map((row) => row.label))];
  requireDistinct(classes, 'classes');
  requireDistinctNames(classes);
  const byClass = new Map<string, string[]>(classes.map((label) => [label, []]));
  for (const { label } of rows) {
    if (!byClass.has(label)) throw outOfRange('one of the classes', 'label', label);
  }
  const groups = new Map<string, TextGroups>();
  for (const row of kept) {
    byClass.get(row.label)?.push(row.text);
    if (row.groups !== undefined) groups.set(row.text, row.groups);
  }
  const dataset = new MemoryDataset(name, byClass, groups, removed);
  if (key === sameText || key === sameWords) distinct.add(dataset);
  return dataset;
}

/** Tables are typed by people: ` cards ` is no other class than `cards`, though the letters differ. */
function requireDistinctNames(classes: readonly string[]): void {
  const names = new Map<string, string>();
  for (const label of classes) {
    const name = label.normalize('NFKC').trim().replace(/\s+/g, ' ');
    const before = names.get(name);
    if (before !== undefined) {
      const expected = `labels that differ in more than white space and forms of characters, unlike ${describe(before)},`;
      throw outOfRange(expected, 'rows of datasetFromRows', label, 'datasetFromRows');
    }
    names.set(name, label);
  }
}

const withExamples = withMethods<TextDataset>('a dataset', 'examples');

/** Returns `value` if it has the methods and the classes of a dataset. */
export function datasetOf<D extends TextDataset>(value: D, name: string, operator: string): D {
  withExamples(value, name, operator);
  array(value.classes, 'class names', `${name}.classes`, operator);
  return value;
}
