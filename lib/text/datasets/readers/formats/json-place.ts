import { placeOf } from '../../../../files/json-error';
import { jsonTokens } from '../../../../files/json-string';
import type { Place } from '../data-file-error';

/** A path of keys and indices within a value of JSON. */
export type JsonPath = readonly (string | number)[];

/** Reports what is wrong at a path of the value. */
export type RefuseAt = (path: JsonPath, expected: string, found: unknown) => never;

/** Where the value at a path of keys and indices begins in a text that is JSON. */
export function placeOfValue(text: string, path: JsonPath): Place {
  const levels: { key: string | number; isList: boolean }[] = [];
  let key: string | undefined;
  for (const { token, index } of jsonTokens(text)) {
    const level = levels.at(-1);
    if (token === ',' && level?.isList) level.key = Number(level.key) + 1;
    else if (token === ']' || token === '}') levels.pop();
    else if (token === ':' && level && key !== undefined) level.key = key;
    else if (token !== ',') {
      // A key is told from a value by the colon that follows it.
      const isKey = level?.isList === false && isFollowedByColon(text, index + token.length);
      if (isKey) key = JSON.parse(token) as string;
      else if (matches(levels, path)) return placeOf(text, index);
      if (token === '[') levels.push({ key: 0, isList: true });
      else if (token === '{') levels.push({ key: '', isList: false });
    }
  }
  return {};
}

function isFollowedByColon(text: string, at: number): boolean {
  let end = at;
  while (/\s/.test(text.charAt(end))) end++;
  return text.charAt(end) === ':';
}

function matches(levels: readonly { key: string | number }[], path: JsonPath): boolean {
  return levels.length === path.length && path.every((key, i) => levels[i]?.key === key);
}
