import { statSync } from 'node:fs';
import { counted } from '../../../counted';
import { TorchError } from '../../../errors';
import { requireRegular } from '../../../files/regular-file';
import { warn } from '../../../warnings';
import { textLines } from './text-lines';
import { decodeLine, parseHeader, parseVector, splitRow } from './vector-rows';

/** Words and their vectors, `[words, dimensions]`, row-major, in the order of the file. */
export type VectorTable = {
  readonly words: readonly string[];
  readonly vectors: Float32Array;
  readonly dimensions: number;
};

export type ReadTableOptions = {
  /** Keep these words alone. */
  readonly vocabulary?: ReadonlySet<string> | undefined;
  /** Keep so many rows at most. */
  readonly most?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears how many bytes of the file have been read, of how many. */
  readonly onProgress?: ((progress: { loaded: number; total: number }) => void) | undefined;
};

/**
 * Reads word vectors as text: GloVe's, word2vec's and fastText's files, which begin with a header or do
 * not. Rows that are not kept take no memory. Of a word that comes twice the first row counts.
 *
 * @throws TorchError `ERR_TORCH_FILE` that names the line; the signal's reason
 */
export async function readVectorTable(
  path: string,
  options: ReadTableOptions,
): Promise<VectorTable> {
  const rows = new TableRows(path, options);
  let line = 0;
  try {
    const total = requireRegular(statSync(path)).size;
    const onBytes = (loaded: number) => options.onProgress?.({ loaded, total });
    for await (const bytes of textLines(path, options.signal, onBytes)) {
      line += 1;
      rows.read(decodeLine(bytes), line);
      if (rows.isFull) return rows.table();
    }
    line += 1;
    rows.finish();
  } catch (cause) {
    options.signal?.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `Cannot read the word vectors in ${path}, line ${line}: ${reason}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path, cause });
  }
  return rows.table();
}

class TableRows {
  readonly #path: string;
  readonly #options: ReadTableOptions;
  readonly #words = new Map<string, number>();
  #vectors = new Float32Array(0);
  #dimensions: number | undefined;
  #promised: number | undefined;
  #rows = 0;
  #repeated = 0;
  #example = '';
  #blank = 0;

  constructor(path: string, options: ReadTableOptions) {
    this.#path = path;
    this.#options = options;
  }

  get isFull(): boolean {
    const { vocabulary, most = Infinity } = this.#options;
    return this.#words.size >= Math.min(most, vocabulary?.size ?? Infinity);
  }

  read(text: string, line: number): void {
    const header = line === 1 ? parseHeader(text) : undefined;
    if (header !== undefined) {
      this.#dimensions = header.dimensions;
      this.#promised = header.rows;
      return;
    }
    if (text.trim() === '') {
      this.#blank += 1;
      return;
    }
    if (this.#blank > 0) throw new Error('expected a row but the line before it is empty');
    const [word, fields] = splitRow(text, this.#dimensions);
    this.#dimensions ??= fields.length;
    this.#rows += 1;
    if (this.#options.vocabulary?.has(word) === false) return;
    if (this.#words.has(word)) {
      this.#repeated += 1;
      this.#example ||= `'${word}' in line ${line}`;
      return;
    }
    this.#keep(word, fields);
  }

  /** Checks that the file is whole. */
  finish(): void {
    if (this.#rows === 0) throw new Error('expected rows of vectors but found none');
    if (this.#promised !== undefined && this.#rows !== this.#promised) {
      throw new Error(
        `expected the ${counted(this.#promised, 'row')} of its header but found ${this.#rows}`,
      );
    }
    if (this.#words.size === 0) {
      throw new Error('expected some words of the vocabulary but found none');
    }
  }

  table(): VectorTable {
    if (this.#repeated > 0) {
      const example = `for example ${this.#example}`;
      warn(
        `${this.#path}: rows that repeat a word: ${this.#repeated}, ${example}; the first counts`,
      );
    }
    const dimensions = this.#dimensions ?? 0;
    const words = [...this.#words.keys()];
    return { words, vectors: this.#vectors.subarray(0, words.length * dimensions), dimensions };
  }

  #keep(word: string, fields: readonly string[]): void {
    const at = this.#words.size * fields.length;
    if (at + fields.length > this.#vectors.length) {
      const larger = new Float32Array(Math.max(2 * this.#vectors.length, 1024 * fields.length));
      larger.set(this.#vectors);
      this.#vectors = larger;
    }
    parseVector(fields, this.#vectors.subarray(at, at + fields.length));
    this.#words.set(word, this.#words.size);
  }
}
