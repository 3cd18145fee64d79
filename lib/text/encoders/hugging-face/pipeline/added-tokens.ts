import {
  type Check,
  flag,
  type ReadOptions,
  required,
  someProperties,
  stepCount,
  string,
  withDefault,
} from '../../../../check';
import { stripped, WORD } from './characters';

const no = withDefault(flag, false);
const SCHEMA = {
  id: required(stepCount),
  content: required(string),
  single_word: no,
  lstrip: no,
  rstrip: no,
  normalized: no,
  special: no,
};

/** A token that is looked for in a text before anything else divides it. */
export type AddedToken = ReadOptions<typeof SCHEMA>;
export const addedTokenCheck: Check<AddedToken> = someProperties(SCHEMA);

/** A stretch of a text, or a token that was found in it. */
export type Stretch = { readonly text: string } | { readonly id: number };

const WORD_BEFORE = new RegExp(`[${WORD}]$`, 'u');
const WORD_AFTER = new RegExp(`^[${WORD}]`, 'u');

/**
 * Divides texts at tokens: at the leftmost, of several there at the longest. With `normalize`, tokens are
 * looked for as they are once normalized.
 */
export function tokenFinder(
  tokens: readonly AddedToken[],
  normalize: (text: string) => string = (text) => text,
): (text: string) => Stretch[] {
  const byContent = new Map(tokens.map((token) => [normalize(token.content), token]));
  byContent.delete('');
  if (byContent.size === 0) return (text) => [{ text }];
  const longestFirst = [...byContent.keys()].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escaped).join('|'), 'gu');
  return (text) => {
    const stretches: Stretch[] = [];
    let end = 0;
    for (const { 0: own, index } of text.matchAll(pattern)) {
      const token = byContent.get(own);
      if (token === undefined || index < end || !stands(token, text, index, own.length)) continue;
      const before = text.slice(end, index);
      const after = text.slice(index + own.length);
      stretches.push({ text: token.lstrip ? stripped(before, false) : before });
      stretches.push({ id: token.id });
      const left = token.rstrip ? stripped(after, true, false) : after;
      end = text.length - left.length;
    }
    stretches.push({ text: text.slice(end) });
    return stretches.filter((stretch) => !('text' in stretch) || stretch.text !== '');
  };
}

/** Whether a token may stand there: one that is a word by itself not within another. */
function stands(token: AddedToken, text: string, start: number, length: number): boolean {
  if (!token.single_word) return true;
  return !WORD_BEFORE.test(text.slice(0, start)) && !WORD_AFTER.test(text.slice(start + length));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
