import { string } from '../../../check';
import { outOfRange } from '../../../errors';
import type { Entity, TaggedTokens } from './tagged-tokens';
import { type WordPlace, wordPlaces } from './word-places';

const OPERATOR = 'markedText';

/**
 * A sentence whose entities are marked as links are in Markdown: `[` and `]` around the words, the type in
 * parentheses after them. A bracket that marks nothing is written after a backslash.
 *
 *     markedText('[Ada Lovelace](person) was born in [London](city).').entities;
 *     // [{ type: 'person', start: 0, end: 2 }, { type: 'city', start: 5, end: 6 }]
 *
 * @throws ArgumentTypeError if `text` is not a string; ArgumentRangeError for an entity inside another, marks
 *   that do not close, or a type without a name
 */
export function markedText(text: string): TaggedTokens {
  const tokens: WordPlace[] = [];
  const entities: Entity[] = [];
  for (const { words, type } of partsOf(string(text, 'text', OPERATOR))) {
    const own = wordPlaces(words);
    if (type !== undefined) {
      if (own.length === 0) refuse('words between the brackets of an entity', text);
      entities.push({ type, start: tokens.length, end: tokens.length + own.length });
    }
    for (const one of own) tokens.push(one);
  }
  if (tokens.length === 0) refuse('a text with words', text);
  return { tokens: tokens.map(({ word }) => word), entities };
}

type Part = { words: string; type?: string };

function partsOf(text: string): Part[] {
  const parts: Part[] = [{ words: '' }];
  let open: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') add(parts, text.charAt(++at));
    else if (character === '[') {
      if (open !== undefined) refuse('entities that do not lie inside others', text.slice(open));
      open = at;
      parts.push({ words: '' });
    } else if (character === ']' && open !== undefined) {
      const { type, end } = typeAfter(text, open, at);
      at = end;
      open = undefined;
      Object.assign(parts.at(-1) ?? {}, { type });
      parts.push({ words: '' });
    } else add(parts, character);
  }
  if (open !== undefined) refuse('a closing bracket for every opening one', text.slice(open));
  return parts;
}

function add(parts: Part[], character: string): void {
  const last = parts.at(-1);
  if (last !== undefined) last.words += character;
}

/** The type after the bracket at `at`, which closes the one at `open`. */
function typeAfter(text: string, open: number, at: number): { type: string; end: number } {
  const end = text.indexOf(')', at);
  const type = text.charAt(at + 1) === '(' && end > 0 ? text.slice(at + 2, end).trim() : '';
  if (type === '') {
    const expected =
      'the type of an entity in parentheses after its bracket, or a backslash before a bracket that marks nothing,';
    refuse(expected, text.slice(open));
  }
  return { type, end };
}

/** @param found the text from where it is wrong */
function refuse(expected: string, found: string): never {
  throw outOfRange(expected, `text of ${OPERATOR}`, found, OPERATOR);
}
