import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { FileErrors } from './file-errors';

/** A regular file that is read at any place. */
export class InputFile {
  /** Bytes that the file had when it was opened. */
  readonly size: number;
  readonly #errors: FileErrors;
  #file: number;

  /** @throws TorchError `ERR_TORCH_FILE` if it cannot be opened */
  constructor(path: string, errors: FileErrors) {
    this.#errors = errors;
    this.#file = this.#attempt(() => {
      // Opening a pipe would wait for its writer.
      if (!statSync(path).isFile()) throw new Error('it is no regular file');
      return openSync(path, 'r');
    });
    this.size = this.#attempt(() => fstatSync(this.#file).size);
  }

  /**
   * Reads exactly so many bytes.
   *
   * @throws TorchError `ERR_TORCH_FILE` if there are fewer, or the file has been closed
   */
  read(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const count = this.#attempt(() => {
        if (this.#file < 0) throw new Error('it has been closed');
        return readSync(this.#file, bytes, at, length - at, position + at);
      });
      if (count === 0) {
        throw this.#errors.invalid(`${position + length} bytes`, `${position + at} bytes`);
      }
      at += count;
    }
    return bytes;
  }

  /** Closing twice is harmless. */
  close(): void {
    if (this.#file < 0) return;
    const file = this.#file;
    this.#file = -1;
    closeSync(file);
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw this.#errors.unreadable(cause);
    }
  }
}
