import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { TorchError } from '../errors';
import { binding } from './binding';
import { Operator } from './dispatch';
import type { Dtype } from './dtype';
import { noGrad } from './grad-modes';
import { functions } from './operators';
import {
  type Header,
  headerLength,
  itemSize,
  PREFIX_LENGTH,
  parseHeader,
  refuse,
  type TensorEntry,
} from './safetensors-header';
import { scope } from './scope';
import { Tensor } from './tensor';

/** Bytes of a tensor that are held beside it while it is read or written. */
export const CHUNK_BYTES = 16 * 1024 * 1024;

const NAMES_SHOWN = 5;

const copyInto = new Operator('aten::copy_');

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
  #file: number;

  /** @internal Use `openSafetensors`. */
  constructor(path: string) {
    this.path = path;
    this.#file = openFile(path);
    try {
      const size = fstatSync(this.#file).size;
      const start = this.#read(0, Math.min(PREFIX_LENGTH + 1, size));
      const length = headerLength(start, size, path);
      this.#dataStart = PREFIX_LENGTH + length;
      const json = this.#read(PREFIX_LENGTH, length);
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

  /** @throws TorchError `ERR_TORCH_FILE` if the file has no tensor of that name */
  dtype(name: string): Dtype {
    return this.#entry(name).dtype;
  }

  /**
   * Reads one tensor, on the CPU and without `requiresGrad`; a new one on each call.
   *
   * @throws TorchError `ERR_TORCH_FILE` if the file has no tensor of that name, is closed, or has
   *   become shorter
   */
  tensor(name: string): Tensor {
    const entry = this.#entry(name);
    if (entry.end - entry.begin <= CHUNK_BYTES) return this.#readPart(entry, entry.shape);
    return noGrad(() => scope(() => this.#readInChunks(entry)));
  }

  /** Closes the file; its names, shapes and metadata stay known. Closing twice is harmless. */
  close(): void {
    if (this.#file < 0) return;
    const file = this.#file;
    this.#file = -1;
    closeSync(file);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #entry(name: string): TensorEntry {
    const entry = this.#header.entries.get(name);
    if (entry !== undefined) return entry;
    const names = this.keys();
    const shown = names.slice(0, NAMES_SHOWN).map((known) => JSON.stringify(known));
    const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
    throw new TorchError(
      'ERR_TORCH_FILE',
      `${this.path} has no tensor ${JSON.stringify(name)}; it has ${shown.join(', ') || 'none'}${more}`,
      { path: this.path },
    );
  }

  #readInChunks(entry: TensorEntry): Tensor {
    const { dtype, shape } = entry;
    const count = (entry.end - entry.begin) / itemSize(dtype);
    const step = CHUNK_BYTES / itemSize(dtype);
    const flat = functions.empty([count], { dtype });
    for (let at = 0; at < count; at += step) {
      const length = Math.min(step, count - at);
      scope(() => {
        const part = this.#readPart(entry, [length], at * itemSize(dtype));
        copyInto.call([flat.narrow(0, at, length), part]);
      });
    }
    return flat.reshape([...shape]);
  }

  #readPart({ name, dtype, begin }: TensorEntry, shape: readonly number[], offset = 0): Tensor {
    const length = shape.reduce((product, size) => product * size, itemSize(dtype));
    const bytes = this.#read(this.#dataStart + begin + offset, length);
    // Other bytes are no booleans to C++, and what it does with them is undefined.
    if (dtype === 'bool' && bytes.some((byte) => byte > 1)) {
      throw refuse(this.path, `bytes 0 and 1 for tensor ${JSON.stringify(name)}`, 'others');
    }
    return new Tensor(binding.fromBytes(bytes, dtype, shape));
  }

  #read(position: number, length: number): Uint8Array {
    const { path } = this;
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const count = onFile(path, () => {
        if (this.#file < 0) throw new Error('it has been closed');
        return readSync(this.#file, bytes, at, length - at, position + at);
      });
      if (count === 0) throw refuse(path, `${position + length} bytes`, `${position + at} bytes`);
      at += count;
    }
    return bytes;
  }
}

function openFile(path: string): number {
  return onFile(path, () => {
    // Opening a pipe would wait for its writer.
    if (!statSync(path).isFile()) throw new Error('it is no regular file');
    return openSync(path, 'r');
  });
}

function onFile<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TorchError(
      'ERR_TORCH_FILE',
      `Cannot read ${path}: expected a safetensors file, but ${reason}`,
      { path, cause },
    );
  }
}
