import { TorchError } from '../../errors';
import type { Dtype } from '../dtype';
import type { Tensor } from '../tensor';
import { FileErrors } from './file-errors';
import { InputFile } from './input-file';
import {
  dtypeOf,
  type Header,
  headerLength,
  PREFIX_LENGTH,
  parseHeader,
  refuse,
  type TensorEntry,
} from './safetensors-header';
import { tensorFromChunks } from './tensor-bytes';

export type OpenOptions = {
  /**
   * Put tensors on the file's own pages, mapped into memory and read when they are touched, in place of
   * copies. What is written to a tensor stays in memory. While such tensors live, the file may be
   * replaced, as `writeSafetensors` does it, but not be made shorter or written over in place: the
   * operating system ends a process that touches a page which is no longer there. Tensors of booleans,
   * and those that the file does not align, are copied all the same. Default: false.
   */
  mmap?: boolean;
};

/**
 * A safetensors file whose tensors are read when they are asked for. The header is checked when the
 * file is opened; `close` it, or declare it with `using`.
 */
export class SafetensorsFile {
  readonly path: string;
  /** What the writer noted in the file: strings by name. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly #header: Header;
  readonly #dataStart: number;
  readonly #errors: FileErrors;
  readonly #file: InputFile;
  readonly #mmap: boolean;

  /** @internal Use `openSafetensors`. */
  constructor(path: string, { mmap = false }: OpenOptions = {}) {
    this.path = path;
    this.#mmap = mmap;
    this.#errors = new FileErrors('safetensors', path);
    this.#file = new InputFile(path, this.#errors);
    try {
      const { size } = this.#file;
      const start = this.#file.read(0, Math.min(PREFIX_LENGTH + 1, size));
      const length = headerLength(start, size, path);
      this.#dataStart = PREFIX_LENGTH + length;
      const json = this.#file.read(PREFIX_LENGTH, length);
      this.#header = parseHeader(json, size - this.#dataStart, path);
    } catch (error) {
      this.close();
      throw error;
    }
    this.metadata = this.#header.metadata;
  }

  /** The tensors' names, in the order of the data. */
  keys(): string[] {
    return [...this.#header.entries.keys()];
  }

  /** @throws TorchError `ERR_TORCH_FILE` if the file has no tensor of that name */
  shape(name: string): number[] {
    return [...this.#entry(name).shape];
  }

  /**
   * @throws TorchError `ERR_TORCH_FILE` if the file has no tensor of that name, `ERR_TORCH_DTYPE` if
   *   tensors have no such dtype: those of less than eight bits
   */
  dtype(name: string): Dtype {
    const { code } = this.#entry(name);
    const dtype = dtypeOf(code);
    if (dtype !== undefined) return dtype;
    throw new TorchError(
      'ERR_TORCH_DTYPE',
      `${this.path}: expected a dtype that tensors have for tensor ${JSON.stringify(name)} but found ${code}; the other tensors of the file can be read one by one`,
      { path: this.path },
    );
  }

  /**
   * Reads or maps one tensor, on the CPU and without `requiresGrad`; a new one on each call.
   *
   * @throws TorchError `ERR_TORCH_FILE` if the file has no tensor of that name, is closed, or has
   *   become shorter; `ERR_TORCH_DTYPE` as `dtype`
   */
  tensor(name: string): Tensor {
    const { shape, begin } = this.#entry(name);
    const dtype = this.dtype(name);
    let at = this.#dataStart + begin;
    // Booleans are checked byte by byte, which reads them anyway.
    const mapped = this.#mmap && dtype !== 'bool' ? this.#file.map(at, dtype, shape) : undefined;
    if (mapped !== undefined) return mapped;
    const take = (length: number): Uint8Array => {
      at += length;
      return this.#file.read(at - length, length);
    };
    return tensorFromChunks(dtype, shape, take, () =>
      refuse(this.path, `bytes 0 and 1 for tensor ${JSON.stringify(name)}`, 'others'),
    );
  }

  /** Closes the file; its names, shapes and metadata stay known. Closing twice is harmless. */
  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #entry(name: string): TensorEntry {
    const entry = this.#header.entries.get(name);
    if (entry !== undefined) return entry;
    throw this.#errors.missing(name, this.keys());
  }
}
