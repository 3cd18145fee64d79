import type { LabeledText } from '../dataset';
import { kindOf, type Place, type Refuse } from './data-file-error';
import { nearestName } from './nearest-name';
import type { ReadSettings } from './options';

/** A text with its class, and where it is from. */
export interface TextRow extends LabeledText {
  /** `train`, `test` or whatever the source says. */
  readonly split?: string;
  /** The line of the file that the row begins in, from 1, in formats with lines. */
  readonly line?: number;
  /** What else was asked for by the option `groups`, for example `{ language: 'en' }`. */
  readonly groups?: Readonly<Record<string, string>>;
}

/** Which columns or keys of a source are what. */
export type RowFields = {
  readonly text: string;
  readonly label: string;
  readonly split: string | undefined;
  readonly groups: readonly string[];
};

const USUAL = {
  text: ['text', 'sentence', 'utterance', 'headline', 'content'],
  label: ['label', 'category', 'intent', 'class', 'topic'],
};

type Chosen = Pick<ReadSettings, 'text' | 'label' | 'split' | 'groups'>;

/**
 * The fields of rows whose names are known.
 *
 * @throws what `refuse` throws if one is missing: the message names those that are there, and the nearest
 */
export function chooseFields(
  names: readonly string[],
  chosen: Chosen,
  place: Place,
  refuse: Refuse,
): RowFields {
  const usual = (kind: 'text' | 'label'): string => {
    const given = chosen[kind];
    const found =
      given === undefined ? usualName(kind, names) : names.find((name) => name === given);
    if (found !== undefined) return found;
    const wanted = given === undefined ? USUAL[kind] : [given];
    return missing(wanted, names, kind, place, refuse);
  };
  const { split, groups = [] } = chosen;
  if (split !== undefined && !names.includes(split))
    missing([split], names, 'split', place, refuse);
  const absent = groups.find((name) => !names.includes(name));
  if (absent !== undefined) missing([absent], names, 'groups', place, refuse);
  return { text: usual('text'), label: usual('label'), split, groups };
}

/** The first usual name that is there; else the first that is there in other capitals, if there is one such. */
function usualName(kind: 'text' | 'label', names: readonly string[]): string | undefined {
  const exact = USUAL[kind].find((usual) => names.includes(usual));
  if (exact !== undefined) return exact;
  const alike = USUAL[kind]
    .map((usual) => names.filter((name) => name.trim().toLowerCase() === usual))
    .find((found) => found.length > 0);
  return alike?.length === 1 ? alike[0] : undefined;
}

function missing(
  wanted: readonly string[],
  names: readonly string[],
  option: string,
  place: Place,
  refuse: Refuse,
): never {
  const list = (all: readonly string[]) => all.map((name) => `'${name}'`).join(', ');
  const near = wanted.map((name) => nearestName(name, names)).find((name) => name !== undefined);
  const hint = near === undefined ? '' : `; the nearest is '${near}'`;
  return refuse(
    place,
    `a column or key ${wanted.map((name) => `'${name}'`).join(' or ')} (option ${option})`,
    `${names.length === 0 ? 'none' : list(names)}${hint}`,
  );
}

/** How the values of fields become rows: checked, integers as names of labels. */
export class RowMaker {
  readonly #labelNames: readonly string[] | undefined;
  readonly #refuse: Refuse;

  constructor({ labelNames }: Pick<ReadSettings, 'labelNames'>, refuse: Refuse) {
    this.#labelNames = labelNames;
    this.#refuse = refuse;
  }

  /**
   * @param text a string, or a list of tokens, which are joined by spaces
   * @param label a string that is not empty, or an integer
   */
  row(text: unknown, label: unknown, split: unknown, place: Place): TextRow {
    const { line } = place;
    const row = { text: this.#text(text, place), label: this.#label(label, place) };
    return {
      ...row,
      ...(split !== undefined && { split: this.#split(split, place) }),
      ...(line !== undefined && { line }),
    };
  }

  /** The row of the fields whose values are known by their names. */
  rowOf(fields: RowFields, valueAt: (name: string) => unknown, place: Place): TextRow {
    const { text, label, split, groups } = fields;
    const splitValue = split === undefined ? undefined : valueAt(split);
    const row = this.row(valueAt(text), valueAt(label), splitValue, place);
    if (groups.length === 0) return row;
    const own = groups.flatMap((name) => this.#group(name, valueAt(name), place));
    return { ...row, groups: Object.fromEntries(own) };
  }

  /** Numbers and true or false are groups by their words; of nothing there is no group. */
  #group(name: string, value: unknown, place: Place): [string, string][] {
    if (value === undefined || value === null || value === '') return [];
    const isPlain = ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
    return isPlain
      ? [[name, String(value)]]
      : this.#refuse(place, `a string or a number as the group '${name}'`, kindOf(value));
  }

  #text(text: unknown, place: Place): string {
    if (typeof text === 'string') return text;
    const isTokens = Array.isArray(text) && text.every((token) => typeof token === 'string');
    return isTokens ? text.join(' ') : this.#refuse(place, 'a string as the text', kindOf(text));
  }

  #split(split: unknown, place: Place): string {
    if (typeof split === 'string' && split !== '') return split;
    return this.#refuse(place, 'the name of a split', kindOf(split));
  }

  #label(label: unknown, place: Place): string {
    if (typeof label === 'string' && this.#labelNames === undefined) {
      return label.trim() === '' ? this.#refuse(place, 'a label', 'an empty one') : label;
    }
    const number = typeof label === 'string' ? numberIn(label) : label;
    const isWhole = typeof number === 'bigint' || Number.isSafeInteger(number);
    if (!isWhole) this.#refuse(place, this.#expectedLabel, kindOf(label));
    if (this.#labelNames === undefined) return String(number);
    const name = this.#labelNames[Number(number)];
    return name ?? this.#refuse(place, this.#expectedLabel, kindOf(label));
  }

  get #expectedLabel(): string {
    return this.#labelNames === undefined
      ? 'a string or an integer as the label'
      : `an integer from 0 to ${this.#labelNames.length - 1} as the label (labelNames)`;
  }
}

function numberIn(digits: string): number | undefined {
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}
