/**
 * Where the string of JSON that begins at `start` ends, after its quotation mark; undefined if nothing closes it.
 * No regular expression finds that: in a string of some megabytes its alternatives overflow the stack.
 */
export function endOfString(text: string, start: number): number | undefined {
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return undefined;
    let escapes = 0;
    while (text[quote - 1 - escapes] === '\\' && quote - 1 - escapes > start) escapes++;
    if (escapes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

/** An escape, or a character that needs one; alone a backslash is no escape. */
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})?|[^ -\uffff]/g;

/** Where a string of JSON holds a character that it may not, or an escape that means nothing; −1 if nowhere. */
export function faultInString(token: string): number {
  for (const { 0: found, index } of token.matchAll(ESCAPE)) {
    if (found.length === 1) return index;
  }
  return -1;
}

const TOKEN = /["[\]{}:,]|[^\s"[\]{}:,]+/g;

/** The tokens of a text that is JSON, and where they begin. */
export function* jsonTokens(text: string): Generator<{ token: string; index: number }> {
  const next = new RegExp(TOKEN);
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    const { 0: token, index } = found;
    if (token === '"') next.lastIndex = endOfString(text, index) ?? text.length;
    yield { token: text.slice(index, next.lastIndex), index };
  }
}

/** A key that an object has again, and where. `JSON.parse` takes the last of them in silence. */
export type RepeatedKey = { readonly key: string; readonly index: number };

/** The first key that an object of a JSON text has twice: the outermost one, or those in a list, which are at depth 2. */
export function repeatedKey(text: string, at = 1): RepeatedKey | undefined {
  const seen = new Set<string>();
  let depth = 0;
  let last: { token: string; index: number } | undefined;
  for (const one of jsonTokens(text)) {
    const { token } = one;
    if (token === '{' || token === '[') {
      if (++depth === at) seen.clear();
    } else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === at && last !== undefined) {
      const key: string = JSON.parse(last.token);
      if (seen.has(key)) return { key, index: last.index };
      seen.add(key);
    }
    last = one;
  }
  return undefined;
}
