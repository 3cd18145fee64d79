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
    tokens.push(...own);
  }
  if (tokens.length === 0) refuse('a text with words', text);
  return { tokens: tokens.map(({ word }) => word), entities };
}

type Part = { words: string; type?: string };

function partsOf(text: string): Part[] {
  const parts: Part[] = [{ words: '' }];
  let open = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') add(parts, text.charAt(++at));
    else if (character === '[') {
      if (open) refuse('entities that do not lie inside others', text);
      open = true;
      parts.push({ words: '' });
    } else if (character === ']' && open) {
      const { type, end } = typeAfter(text, at);
      at = end;
      open = false;
      Object.assign(parts.at(-1) ?? {}, { type });
      parts.push({ words: '' });
    } else add(parts, character);
  }
  if (open) refuse('a closing bracket for every opening one', text);
  return parts;
}

function add(parts: Part[], character: string): void {
  const last = parts.at(-1);
  if (last !== undefined) last.words += character;
}

function typeAfter(text: string, at: number): { type: string; end: number } {
  const end = text.indexOf(')', at);
  const type = text.charAt(at + 1) === '(' && end > 0 ? text.slice(at + 2, end).trim() : '';
  if (type === '') refuse('the type of an entity in parentheses after its bracket', text);
  return { type, end };
}

function refuse(expected: string, text: string): never {
  throw outOfRange(expected, `text of ${OPERATOR}`, text, OPERATOR);
}
