import {
  finiteNumber,
  flag,
  fraction,
  listOf,
  nullable,
  optional,
  required,
  strictObject,
  strictVariant,
  string,
} from '../../check';
import { ArgumentRangeError, describe, outOfRange } from '../../errors';

/** A text of a stream. */
export type MonitorItem = {
  /** What tells it from others: an item that comes twice counts once. */
  id: string;
  text: string;
  /** When it was written: milliseconds since 1970, or a date in ISO 8601. Default: when it comes. */
  time?: number | string | undefined;
};

/** An item as it is journalled: with its time, and what the classifiers said of it. */
export const classifiedItem = strictObject({
  id: required(string),
  time: required(finiteNumber),
  text: required(string),
  /** Null for a text of no topic. */
  topic: required(nullable(string)),
  negative: required(flag),
  /** The probability of «negative», from 0 to 1. */
  score: required(fraction),
});

export type ClassifiedItem = ReturnType<typeof classifiedItem>;

/** What can happen to a monitor, as data. */
export const monitorChange = strictVariant('type', {
  items: { items: required(listOf(classifiedItem)) },
  flush: {},
});

export type MonitorChange = ReturnType<typeof monitorChange>;

/** Longer texts are cut off in the journal; the classifiers have seen them whole. */
const KEPT_CHARACTERS = 280;
const LONGEST_ID = 256;
/** Clocks differ, but a time far ahead would make all that comes until then late. */
const MOST_AHEAD_MS = 3_600_000;

const itemCheck = strictObject({
  id: required(string),
  text: required(string),
  time: optional<number | string>((value: unknown) => value),
});

export type TimedItem = { id: string; text: string; time: number };

/** The items with their times. @throws ArgumentTypeError or ArgumentRangeError that names the item */
export function readItems(
  items: readonly MonitorItem[],
  now: number,
  operator: string,
): TimedItem[] {
  return listOf<TimedItem>((value, name) => readItem(value, name, now, operator))(
    items,
    'items',
    operator,
  );
}

function readItem(value: unknown, name: string, now: number, operator: string): TimedItem {
  const { id, text, time } = itemCheck(value, name, operator);
  if (id === '' || id.length > LONGEST_ID) {
    const where = `${name}.id of ${operator}`;
    throw outOfRange(`1 to ${LONGEST_ID} characters`, where, id, operator);
  }
  return {
    id,
    text,
    time: time === undefined ? now : readTime(time, `${name}.time`, now, operator),
  };
}

const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/u;

/** Returns the time in milliseconds since 1970. A time of day needs its zone: readers would differ. */
function readTime(value: unknown, name: string, now: number, operator: string): number {
  const time = typeof value === 'string' && ISO.test(value) ? Date.parse(value) : value;
  const where = `${name} of ${operator}`;
  if (typeof time !== 'number' || !Number.isSafeInteger(time) || time < 0) {
    const expected = 'milliseconds since 1970, or a date as 2026-05-01T12:00:00Z,';
    throw outOfRange(expected, where, value, operator);
  }
  if (time <= now + MOST_AHEAD_MS) return time;
  throw new ArgumentRangeError(
    `Expected a time at most an hour from now for ${where} but received ${describe(value)}`,
    operator,
    where,
  );
}

/** Orders items by time, and those of one time by id, so that it does not matter how they came. */
export function compareItems(a: ClassifiedItem, b: ClassifiedItem): number {
  return a.time - b.time || (a.id < b.id ? -1 : Number(a.id > b.id));
}

/** A text as it is kept, without half of a character at its end. */
export function keptText(text: string): string {
  if (text.length <= KEPT_CHARACTERS) return text;
  return `${text.slice(0, KEPT_CHARACTERS).replace(/[\ud800-\udbff]$/u, '')}…`;
}
