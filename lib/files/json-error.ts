import { endOfString, faultInString } from './json-string';

const SPACE = /[ \t\n\r]*/y;
const TOKEN = /[[\]{}:,]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** What may come next. */
type State = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or ]' | ', or }' | 'end';

/**
 * Where a text stops to be JSON (RFC 8259), its length if it ends too early. `JSON.parse` says that something
 * is wrong; where, its messages do not always say.
 */
export function jsonErrorOffset(text: string): number {
  const closers: string[] = [];
  let state: State = 'value';
  for (let at = 0; ; ) {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)?.[0].length ?? 0;
    const token = tokenAt(text, at);
    if (token === undefined) return at;
    const fault = token.startsWith('"') ? faultInString(token) : -1;
    if (fault >= 0) return at + fault;
    const next = after(state, token, closers);
    if (next === undefined) return at;
    state = next;
    at += token.length;
  }
}

/** What stands at a place, if JSON could have it there. */
function tokenAt(text: string, at: number): string | undefined {
  if (text[at] !== '"') {
    TOKEN.lastIndex = at;
    return TOKEN.exec(text)?.[0];
  }
  const end = endOfString(text, at);
  return end === undefined ? undefined : text.slice(at, end);
}

function after(state: State, token: string, closers: string[]): State | undefined {
  const closed = (): State => {
    const closer = closers.at(-1);
    if (closer === undefined) return 'end';
    return closer === ']' ? ', or ]' : ', or }';
  };
  if (token === ']' || token === '}') {
    if (!state.endsWith(` or ${token}`)) return undefined;
    closers.pop();
    return closed();
  }
  if (token === ':') return state === ':' ? 'value' : undefined;
  if (token === ',') {
    if (!state.startsWith(',')) return undefined;
    return closers.at(-1) === ']' ? 'value' : 'key';
  }
  if (state.startsWith('key')) return token.startsWith('"') ? ':' : undefined;
  if (!state.startsWith('value')) return undefined;
  if (token !== '[' && token !== '{') return closed();
  closers.push(token === '[' ? ']' : '}');
  return token === '[' ? 'value or ]' : 'key or }';
}

/** Where a character of a text is, counted from 1. */
export type TextPlace = { readonly line: number; readonly column: number };

/** The place of a character of a text, which is counted from 0. */
export function placeOf(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - start + 1 };
}
