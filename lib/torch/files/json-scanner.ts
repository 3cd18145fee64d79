/** Makes the error for what was expected at an offset of the text. */
export type Expected = (expected: string, at: number) => Error;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;
const NULL = 'null';
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Reads JSON (RFC 8259) of a known form from UTF-8 bytes, value by value. `JSON.parse` hides what a
 * checked format must refuse, a key given twice or an integer that was rounded, and builds values of
 * any depth before anyone can object.
 */
export class JsonScanner {
  readonly #bytes: Buffer;
  readonly #error: Expected;
  #at = 0;

  /** `bytes` must be valid UTF-8. */
  constructor(bytes: Uint8Array, error: Expected) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#error = error;
  }

  /** An object; `readValue` must read the value of each key. Keys are distinct. */
  object(readValue: (key: string) => void): void {
    const keys = new Set<string>();
    this.#list('{', '}', () => {
      const at = this.#at;
      const key = this.string();
      if (keys.has(key)) throw this.#error(`each key once, not ${JSON.stringify(key)} again,`, at);
      keys.add(key);
      this.#take(COLON, "':'");
      readValue(key);
    });
  }

  /** An array; `readItem` must read one element. */
  array(readItem: () => void): void {
    this.#list('[', ']', readItem);
  }

  /** A string of whole characters: unpaired surrogates, which UTF-8 cannot hold, are refused. */
  string(): string {
    this.#skipSpace();
    const from = this.#at;
    if (this.#bytes[from] !== QUOTE) throw this.#error('a string', from);
    let escaped = false;
    let at = from + 1;
    for (; this.#bytes[at] !== QUOTE; at++) {
      const byte = this.#bytes[at];
      if (byte === undefined || byte < 0x20) throw this.#error('the end of a string', at);
      if (byte !== BACKSLASH) continue;
      escaped = true;
      at++;
    }
    this.#at = at + 1;
    if (!escaped) return this.#bytes.toString('utf8', from + 1, at);
    const text = decodeString(this.#bytes.toString('utf8', from, at + 1));
    if (text === undefined) throw this.#error('a string with valid escapes', from);
    return text;
  }

  /** An integer in [0, 2^53), written in digits alone. */
  integer(): number {
    this.#skipSpace();
    const from = this.#at;
    while (isDigit(this.#bytes[this.#at])) this.#at++;
    const digits = this.#bytes.toString('latin1', from, Math.min(this.#at, from + 17));
    const value = Number(digits);
    const isPlain = digits !== '' && (digits === '0' || !digits.startsWith('0'));
    if (!isPlain || !Number.isSafeInteger(value)) {
      throw this.#error('an integer in [0, 2^53)', from);
    }
    return value;
  }

  /** Whether null comes next, which is then read. */
  skipsNull(): boolean {
    this.#skipSpace();
    const isNull = this.#bytes.toString('latin1', this.#at, this.#at + NULL.length) === NULL;
    if (isNull) this.#at += NULL.length;
    return isNull;
  }

  /** Nothing but white space up to the end. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.#bytes.length) throw this.#error('nothing more', this.#at);
  }

  #list(open: string, close: string, readItem: () => void): void {
    this.#take(open.charCodeAt(0), `'${open}'`);
    this.#skipSpace();
    if (this.#bytes[this.#at] === close.charCodeAt(0)) {
      this.#at++;
      return;
    }
    for (;;) {
      readItem();
      this.#skipSpace();
      const next = this.#bytes[this.#at];
      if (next !== COMMA && next !== close.charCodeAt(0)) {
        throw this.#error(`',' or '${close}'`, this.#at);
      }
      this.#at++;
      if (next !== COMMA) return;
    }
  }

  #take(byte: number, name: string): void {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== byte) throw this.#error(name, this.#at);
    this.#at++;
  }

  #skipSpace(): void {
    while (isSpace(this.#bytes[this.#at])) this.#at++;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function decodeString(quoted: string): string | undefined {
  try {
    const text: unknown = JSON.parse(quoted);
    return typeof text === 'string' && !LONE_SURROGATE.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
