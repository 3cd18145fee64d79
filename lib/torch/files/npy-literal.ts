/** Makes the error for what was expected at an offset of the text. */
type Expected = (expected: string, at: number) => Error;

// A string without escapes, an integer, a boolean, or punctuation; numpy writes no more.
const TOKEN =
  /[ \t\n]*(?:'([^'"\\\n]*)'|"([^'"\\\n]*)"|(\d+L?)(?!\w)|(True|False)(?!\w)|([{}():,[-]))/y;
const SPACE = /[ \t\n]*/y;

type Token = { readonly at: number; readonly text: string; readonly kind: Kind };
type Kind = 'string' | 'integer' | 'boolean' | 'mark' | 'end' | 'other';

/**
 * Reads the literal of a Python dictionary as it stands in the header of an npy file, value by value.
 * Nothing is evaluated.
 */
export class PythonLiteral {
  readonly #text: string;
  readonly #allowsLong: boolean;
  readonly #error: Expected;
  #at = 0;

  /** `allowsLong` admits integers with an L, as Python 2 wrote them. */
  constructor(text: string, allowsLong: boolean, error: Expected) {
    this.#text = text;
    this.#allowsLong = allowsLong;
    this.#error = error;
  }

  /** A dictionary and nothing after it; `readValue` must read the value of each key. */
  dictionary(readValue: (key: string) => void): void {
    const keys = new Set<string>();
    this.#mark('{');
    while (!this.#skips('}')) {
      const { at } = this.#peek();
      const key = this.string();
      if (keys.has(key)) throw this.#error(`each key once, not '${key}' again,`, at);
      keys.add(key);
      this.#mark(':');
      readValue(key);
      if (this.#skips('}')) break;
      this.#mark(',');
    }
    const next = this.#peek();
    if (next.kind !== 'end') throw this.#error('nothing more', next.at);
  }

  string(): string {
    return this.#take('string', 'a string').text;
  }

  boolean(): boolean {
    return this.#take('boolean', 'True or False').text === 'True';
  }

  /** A tuple of integers in [0, 2^53). */
  sizes(): number[] {
    const sizes: number[] = [];
    this.#mark('(');
    while (!this.#skips(')')) {
      sizes.push(this.#integer());
      const { at } = this.#peek();
      const closes = this.#skips(')');
      // (3) is a number in parentheses.
      if (closes && sizes.length === 1) throw this.#error("',' after the only size", at);
      if (closes) break;
      this.#mark(',');
    }
    return sizes;
  }

  /** Whether a list comes next. */
  startsList(): boolean {
    return this.#peek().text === '[';
  }

  #integer(): number {
    const { at, text } = this.#peek();
    if (text === '-') throw this.#error('no negative size', at);
    const written = this.#take('integer', 'a size').text;
    const digits = this.#allowsLong ? written.replace('L', '') : written;
    const value = Number(digits);
    // Leading zeros and a forbidden L do not come back as they were written.
    if (!Number.isSafeInteger(value) || String(value) !== digits) {
      throw this.#error('an integer in [0, 2^53)', at);
    }
    return value;
  }

  #mark(mark: string): void {
    const { at } = this.#peek();
    if (!this.#skips(mark)) throw this.#error(`'${mark}'`, at);
  }

  #skips(mark: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'mark' || token.text !== mark) return false;
    this.#at = token.at + 1;
    return true;
  }

  #take(kind: Kind, expected: string): Token {
    const token = this.#peek();
    if (token.kind !== kind) throw this.#error(expected, token.at);
    this.#at = token.at + token.text.length + (kind === 'string' ? 2 : 0);
    return token;
  }

  #peek(): Token {
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    const at = SPACE.lastIndex;
    if (at === this.#text.length) return { at, text: '', kind: 'end' };
    TOKEN.lastIndex = at;
    const [, single, double, integer, boolean, mark] = TOKEN.exec(this.#text) ?? [];
    const quoted = single ?? double;
    if (quoted !== undefined) return { at, text: quoted, kind: 'string' };
    if (integer !== undefined) return { at, text: integer, kind: 'integer' };
    if (boolean !== undefined) return { at, text: boolean, kind: 'boolean' };
    return mark === undefined ? { at, text: '', kind: 'other' } : { at, text: mark, kind: 'mark' };
  }
}
