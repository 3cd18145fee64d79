import {
  type Check,
  finiteNumber,
  listOf,
  optional,
  recordOf,
  required,
  strictVariant,
  string,
} from '../../check';
import { outOfRange } from '../../errors';
import { nameKey } from '../../text/datasets/labeled-text';

const pattern: Check<string> = (value, name, operator) => {
  const source = string(value, name, operator);
  try {
    new RegExp(source, 'u');
  } catch {
    throw outOfRange('a regular expression', `${name} of ${operator}`, source, operator);
  }
  return source;
};

/** What is asked where the slot is missing. */
const ask = { ask: required(string) };

/** A part of an answer that the customer must give. */
export const slotCheck = strictVariant('type', {
  /** A number, between bounds if they are given. */
  number: { ...ask, least: optional(finiteNumber), most: optional(finiteNumber) },
  /** A day: 2026-05-01, 1.5.2026, today, yesterday or tomorrow. It is written as 2026-05-01. */
  date: ask,
  email: ask,
  /** One of some values, each with other words for it. */
  choice: { ...ask, values: required(recordOf(listOf(string))) },
  /** What a regular expression finds. */
  pattern: { ...ask, pattern: required(pattern) },
  /** Anything; it is taken from the answer to the question alone. */
  text: ask,
});

export type Slot = ReturnType<typeof slotCheck>;

export type SlotValue = string | number;

/** A value, and the part of the text that it was read from. */
export type Found = { readonly value: SlotValue; readonly part: string };

const NUMBER = /(?<![\p{L}\p{N}.,])-?\d{1,15}(?:[.,]\d{1,9})?(?![\p{L}\p{N}])/u;
const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/u;
const ISO = /(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/u;
const DOTTED = /(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)/u;
const DAYS: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 };

/** What a text says for a slot; undefined if it says nothing. @param now in milliseconds since 1970 */
export function findSlot(slot: Slot, text: string, now: number): Found | undefined {
  switch (slot.type) {
    case 'number':
      return numberIn(text, slot.least ?? -Infinity, slot.most ?? Infinity);
    case 'date':
      return dateIn(text, now);
    case 'email':
      return partOf(text, EMAIL);
    case 'choice':
      return choiceIn(text, slot.values);
    case 'pattern':
      return partOf(text, new RegExp(slot.pattern, 'u'));
    case 'text':
      return undefined;
  }
}

/** As `findSlot`, of the answer to the slot's question. */
export function readSlot(slot: Slot, text: string, now: number): Found | undefined {
  if (slot.type !== 'text') return findSlot(slot, text, now);
  const value = text.trim();
  return value === '' ? undefined : { value, part: text };
}

function partOf(text: string, pattern: RegExp): Found | undefined {
  const part = pattern.exec(text)?.[0];
  return part === undefined || part === '' ? undefined : { value: part, part };
}

function numberIn(text: string, least: number, most: number): Found | undefined {
  const part = NUMBER.exec(text)?.[0];
  const value = Number(part?.replace(',', '.'));
  return part !== undefined && value >= least && value <= most ? { value, part } : undefined;
}

function dateIn(text: string, now: number): Found | undefined {
  const [iso, dotted] = [ISO.exec(text), DOTTED.exec(text)];
  if (iso !== null) return dayOf(iso[0], [iso[1], iso[2], iso[3]]);
  if (dotted !== null) return dayOf(dotted[0], [dotted[3], dotted[2], dotted[1]]);
  const word = text
    .toLowerCase()
    .match(/\p{L}+/gu)
    ?.find((one) => Object.hasOwn(DAYS, one));
  if (word === undefined) return undefined;
  const day = new Date(now + (DAYS[word] ?? 0) * 86_400_000);
  return { value: day.toISOString().slice(0, 10), part: word };
}

/** A day that there is: February has no 30th. */
function dayOf(part: string, numbers: readonly (string | undefined)[]): Found | undefined {
  const [year = 0, month = 0, day = 0] = numbers.map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return { value: date.toISOString().slice(0, 10), part };
}

function choiceIn(
  text: string,
  values: Readonly<Record<string, readonly string[]>>,
): Found | undefined {
  const words = ` ${nameKey(text).replace(/[^\p{L}\p{N}]+/gu, ' ')} `;
  const found = Object.entries(values).filter(([value, others]) =>
    [value, ...others].some((one) =>
      words.includes(
        ` ${nameKey(one)
          .replace(/[^\p{L}\p{N}]+/gu, ' ')
          .trim()} `,
      ),
    ),
  );
  const [first] = found;
  // Of two values that are named, which one is meant is to be asked.
  return first !== undefined && found.length === 1 ? { value: first[0], part: '' } : undefined;
}
