import type { Dtype } from '../dtype';
import { scope } from '../scope';
import type { Tensor } from '../tensor';
import { ByteCursor } from './byte-cursor';
import { CONVERT_MODEL, FileErrors, isPickle } from './file-errors';
import { InputFile } from './input-file';
import { readArray } from './npy';
import { MAX_HEAD_LENGTH, type NpyHeader, readNpyHeader } from './npy-header';
import { zipContent, zipStart } from './zip-content';
import { readZipDirectory, type ZipEntry } from './zip-directory';

const SUFFIX = '.npy';
/** Bytes that tell kinds of files apart. */
const SNIFFED = 8;

/**
 * An archive of arrays (`.npz`) whose tensors are read when they are asked for. The archive's
 * directory is checked when the file is opened; `close` it, or declare it with `using`.
 */
export class NpzFile {
  readonly path: string;
  readonly #errors: FileErrors;
  readonly #file: InputFile;
  readonly #entries: ReadonlyMap<string, ZipEntry>;
  readonly #headers = new Map<string, NpyHeader>();

  /** @internal Use `openNpz`. */
  constructor(path: string) {
    this.path = path;
    this.#errors = new FileErrors('npz', path);
    this.#file = new InputFile(path, this.#errors);
    try {
      const start = this.#file.read(0, Math.min(SNIFFED, this.#file.size));
      refuseOthers(start, this.#errors);
      this.#entries = arraysOf(readZipDirectory(this.#file, this.#errors), this.#errors);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The arrays' names, in the order of the archive. */
  keys(): string[] {
    return [...this.#entries.keys()];
  }

  /** @throws TorchError `ERR_TORCH_FILE` if there is no such array, or tensors cannot hold it */
  shape(name: string): number[] {
    return [...this.#header(name).shape];
  }

  /** @throws TorchError `ERR_TORCH_FILE` if there is no such array, or tensors cannot hold it */
  dtype(name: string): Dtype {
    return this.#header(name).dtype;
  }

  /**
   * Reads one array, on the CPU and without `requiresGrad`; a new tensor on each call.
   *
   * @throws TorchError `ERR_TORCH_FILE` if there is no such array, tensors cannot hold it, its bytes
   *   are damaged, or the file is closed
   */
  tensor(name: string): Tensor {
    // Before anything is inflated: a header that fits the entry's size is not a bomb.
    this.#header(name);
    const entry = this.#entry(name);
    const errors = this.#errorsOf(entry);
    return scope(() => {
      const content = zipContent(this.#file, entry, errors);
      const tensor = readArray(content.bytes, errors);
      content.verify();
      return tensor;
    });
  }

  /** Closes the file; its names stay known. Closing twice is harmless. */
  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #header(name: string): NpyHeader {
    const known = this.#headers.get(name);
    if (known !== undefined) return known;
    const entry = this.#entry(name);
    const errors = this.#errorsOf(entry);
    const start = zipStart(this.#file, entry, MAX_HEAD_LENGTH, errors);
    const read = (at: number, count: number) => start.subarray(at, at + count);
    const header = readNpyHeader(new ByteCursor(entry.size, read, errors), errors);
    this.#headers.set(name, header);
    return header;
  }

  #entry(name: string): ZipEntry {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    throw this.#errors.missing(name, this.keys());
  }

  #errorsOf({ name }: ZipEntry): FileErrors {
    return new FileErrors('npy', this.path, `entry ${JSON.stringify(name)}`);
  }
}

function refuseOthers(start: Uint8Array, errors: FileErrors): void {
  if (isPickle(start)) throw errors.pickle('holds pickled Python objects', CONVERT_MODEL);
  if (Buffer.from(start.subarray(1, 6)).toString('latin1') === 'NUMPY') {
    throw errors.invalid('a zip archive', 'a single array; .npy files are read by readNpy');
  }
}

function arraysOf(entries: readonly ZipEntry[], errors: FileErrors): ReadonlyMap<string, ZipEntry> {
  const other = entries.find(({ name }) => !name.endsWith(SUFFIX));
  if (other === undefined) {
    return new Map(entries.map((entry) => [entry.name.slice(0, -SUFFIX.length), entry]));
  }
  if (entries.some(({ name }) => /(?:^|\/)data\.pkl$/.test(name))) {
    throw errors.pickle('holds pickled Python objects, as torch.save writes', CONVERT_MODEL);
  }
  throw errors.invalid('arrays alone, in entries named *.npy', JSON.stringify(other.name));
}
