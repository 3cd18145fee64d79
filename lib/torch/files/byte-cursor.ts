import type { FileErrors } from './file-errors';

/** Bytes that are taken one after the other, each once. */
export class ByteCursor {
  /** Bytes in all. */
  readonly length: number;
  readonly #read: (at: number, count: number) => Uint8Array;
  readonly #errors: FileErrors;
  #at = 0;

  /** `read` gives `count` bytes from `at`, and is asked for none beyond `length`. */
  constructor(length: number, read: (at: number, count: number) => Uint8Array, errors: FileErrors) {
    this.length = length;
    this.#read = read;
    this.#errors = errors;
  }

  /** Over bytes in memory, which are not copied. */
  static over(bytes: Uint8Array, errors: FileErrors): ByteCursor {
    return new ByteCursor(bytes.length, (at, count) => bytes.subarray(at, at + count), errors);
  }

  /** @throws TorchError `ERR_TORCH_FILE` if so many are not left */
  take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.length) throw this.#errors.invalid(`at least ${end} bytes`, `${this.length}`);
    const bytes = this.#read(this.#at, count);
    this.#at = end;
    return bytes;
  }
}
