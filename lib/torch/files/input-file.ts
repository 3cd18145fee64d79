import { closeSync, readSync } from 'node:fs';
import { openRegular } from '../../files/regular-file';
import { binding } from '../binding';
import { type Dtype, itemSize } from '../dtype';
import { type Tensor, tensorOf } from '../tensor';
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
    const { file, size } = this.#attempt(() => openRegular(path));
    this.#file = file;
    this.size = size;
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

  /**
   * A tensor on the file's own pages, which are read when they are touched; undefined where its elements
   * are not aligned as processors require.
   *
   * @throws TorchError `ERR_TORCH_FILE` if the file has become shorter or has been closed
   */
  map(position: number, dtype: Dtype, shape: readonly number[]): Tensor | undefined {
    if (shape.includes(0) || position % itemSize(dtype) !== 0) return undefined;
    return this.#attempt(() => {
      if (this.#file < 0) throw new Error('it has been closed');
      return tensorOf(binding.mapTensor(this.#file, position, dtype, shape));
    });
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
