import { type FileHandle, open, readFile } from 'node:fs/promises';
import { type Check, positiveInteger, required, strictObject } from '../../check';
import { TorchError } from '../../errors';
import { readSealedLines, sealedLine } from '../../files/sealed-lines';

/**
 * Changes since a snapshot, a line of JSON each:
 *
 *     {"sum":"…","seq":1,"change":{"type":"removeLabel","label":"weather"}}
 *
 * `sum` is the beginning of the sha256 of all that follows it, and `seq` counts from 1. A change has been
 * accepted once its line is on the disk.
 */
export class Journal<T extends object> {
  readonly #path: string;
  readonly #file: FileHandle;
  #seq: number;
  /** The bytes of whole lines. */
  #bytes: number;
  #broken = false;

  private constructor(path: string, file: FileHandle, seq: number, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#seq = seq;
    this.#bytes = bytes;
  }

  /** An empty journal in a file of its own. @throws TorchError `ERR_TORCH_FILE` */
  static async create<T extends object>(path: string): Promise<Journal<T>> {
    return onDisk(path, async () => {
      const file = await open(path, 'wx');
      await file.sync();
      return new Journal<T>(path, file, 0, 0);
    });
  }

  /**
   * Opens a journal with the changes that it holds. A torn last line, which was never accepted, is cut off.
   *
   * @param check makes a change of what a line holds; what it throws means that the line is damaged
   * @throws TorchError `ERR_TORCH_FILE` that names the line, if one before the last is damaged
   */
  static async open<T extends object>(
    path: string,
    check: Check<T>,
  ): Promise<{ journal: Journal<T>; changes: readonly T[] }> {
    return onDisk(path, async () => {
      const content = await readFile(path);
      const { changes, bytes } = readLines(content, path, check);
      const file = await open(path, 'r+');
      if (bytes < content.length) {
        await file.truncate(bytes);
        await file.sync();
      }
      return { journal: new Journal<T>(path, file, changes.length, bytes), changes };
    });
  }

  /** How many changes it holds. */
  get length(): number {
    return this.#seq;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True after a write that failed: what the file holds then is not known. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Adds a change; it is on the disk when the promise is fulfilled. @throws TorchError `ERR_TORCH_FILE` */
  async append(change: T): Promise<void> {
    const line = Buffer.from(lineOf(this.#seq + 1, change));
    await onDisk(this.#path, async () => {
      this.#broken = true;
      let at = 0;
      while (at < line.length) {
        const { bytesWritten } = await this.#file.write(
          line,
          at,
          line.length - at,
          this.#bytes + at,
        );
        at += bytesWritten;
      }
      await this.#file.datasync();
      this.#broken = false;
    });
    this.#seq++;
    this.#bytes += line.length;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** The line of a change, for the journal. */
export function lineOf(seq: number, change: object): string {
  return sealedLine({ seq, change });
}

function readLines<T>(
  content: Buffer,
  path: string,
  check: Check<T>,
): { changes: readonly T[]; bytes: number } {
  const entryCheck = strictObject({ seq: required(positiveInteger), change: required(check) });
  const { entries, bytes, damaged } = readSealedLines(content, (entry, line) => {
    const { seq, change } = entryCheck(entry, 'entry', 'the journal');
    if (seq !== line) throw damagedLine(path, line);
    return change;
  });
  if (damaged !== undefined && !(damaged.torn && damaged.last)) {
    throw damagedLine(path, damaged.line);
  }
  return { changes: entries, bytes };
}

function damagedLine(path: string, line: number): TorchError {
  const message = `Cannot load ${path}: expected a change with its checksum and the number ${line} in line ${line} but found a damaged line`;
  return new TorchError('ERR_TORCH_FILE', message, { path });
}

/** Runs what uses a file; the errors of the system become `ERR_TORCH_FILE`. */
export async function onDisk<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof TorchError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TorchError('ERR_TORCH_FILE', `Cannot use ${path}: ${reason}`, { path, cause });
  }
}
