import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { array, integerFrom, numberWhere, string } from '../../check';
import { invalidArgument, outOfRange, TorchError } from '../../errors';
import { makeFolders, onDisk } from '../../files/on-disk';
import { isTensor, type Tensor, torch } from '../../torch';
import { replaceFile } from '../../torch/files/replace-file';
import { type EventContent, encodeEvent } from './event-protos';
import { histogramOf } from './histogram';
import { encodeRecord } from './record';

const PROJECTOR = 'projector_config.pbtxt';

let opened = 0;

/**
 * Writes what TensorBoard shows: event files with scalars, texts and histograms, and embeddings for the
 * projector. No package is needed to write them; to look at them, run `tensorboard --logdir <folder>`.
 *
 *     const board = new TensorBoardWriter('runs/intents');
 *     board.scalar('validation/accuracy', 0.86, step);
 *     board.close();
 */
export class TensorBoardWriter {
  readonly folder: string;
  readonly path: string;
  #file: number;

  /**
   * Begins an event file of its own in a folder, which is made if it is not there.
   *
   * @param from steps that a run which goes on has taken: TensorBoard forgets what earlier files say of later ones
   * @throws TorchError `ERR_TORCH_FILE` if it cannot be written
   */
  constructor(folder: string, from = 0) {
    if (string(folder, 'folder', 'TensorBoardWriter') === '') {
      throw outOfRange('the name of a folder', 'folder of TensorBoardWriter', folder);
    }
    integerFrom(0, from, 'from', 'TensorBoardWriter');
    this.folder = folder;
    // The reader takes files in the order of their names.
    const seconds = Math.floor(Date.now() / 1000);
    const own = `${process.pid}.${String(opened++).padStart(4, '0')}`;
    this.path = join(folder, `events.out.tfevents.${seconds}.${hostname()}.${own}`);
    this.#file = onDisk(this.path, 'write', () => {
      makeFolders(folder);
      return openSync(this.path, 'wx');
    });
    this.#write(0, { kind: 'version' });
    if (from > 0) this.#write(from + 1, { kind: 'session' });
  }

  /** A number at a step. Tags such as `train/loss` are grouped by what is before the slash. */
  scalar(tag: string, value: number, step: number): void {
    numberWhere(() => true, 'a number', value, 'value', 'scalar');
    this.#event('scalar', step, { kind: 'scalar', tag, value });
  }

  /** A text, shown as Markdown. */
  text(tag: string, text: string, step: number): void {
    this.#event('text', step, { kind: 'text', tag, text: string(text, 'text', 'text') });
  }

  /**
   * How numbers are distributed. Those that are not finite are left out.
   *
   * @throws ArgumentTypeError unless they are a tensor or an array of numbers
   */
  histogram(tag: string, values: Tensor | readonly number[], step: number): void {
    const histogram = histogramOf(numbersOf(values, 'histogram'));
    if (histogram) this.#event('histogram', step, { kind: 'histogram', tag, histogram });
  }

  /**
   * Vectors `[n, D]` for the projector, with a label for each.
   *
   * @throws ArgumentRangeError unless there are as many labels as vectors
   */
  embedding(tag: string, vectors: Tensor, labels: readonly string[], step: number): void {
    const name = string(tag, 'tag', 'embedding');
    integerFrom(0, step, 'step', 'embedding');
    array(labels, 'strings', 'labels', 'embedding');
    const [count, size] = isTensor(vectors) ? vectors.shape : [];
    if (!isTensor(vectors) || size === undefined || vectors.shape.length !== 2) {
      throw invalidArgument('a tensor [n, D]', 'vectors of embedding', vectors, 'embedding');
    }
    if (labels.length !== count) {
      throw outOfRange(`${count} labels, one for each vector,`, 'embedding', labels.length);
    }
    const values = numbersOf(vectors, 'embedding');
    const rows = labels.map((_, i) => values.slice(i * size, (i + 1) * size).join('\t'));
    // A tab or a new line would begin another column or row.
    const lines = labels.map((label, i) =>
      string(label, `labels[${i}]`, 'embedding').replace(/[\t\r\n]/g, ' '),
    );
    const place = `${name.replace(/[^\w.-]/g, '_')}-${step}`;
    onDisk(this.folder, 'write', () => makeFolders(join(this.folder, place)));
    this.#replace(join(place, 'tensors.tsv'), `${rows.join('\n')}\n`);
    this.#replace(join(place, 'metadata.tsv'), `${lines.join('\n')}\n`);
    this.#addToProjector(`${name}:${step}`, place);
  }

  /** Closes the event file. Closing twice is harmless. */
  close(): void {
    if (this.#file < 0) return;
    const file = this.#file;
    this.#file = -1;
    closeSync(file);
  }

  #event(method: string, step: number, content: EventContent): void {
    if ('tag' in content) string(content.tag, 'tag', method);
    this.#write(integerFrom(0, step, 'step', method), content);
  }

  #write(step: number, content: EventContent): void {
    if (this.#file < 0) {
      throw new TorchError('ERR_TORCH_FILE', `Cannot write ${this.path}: it has been closed`);
    }
    const record = encodeRecord(encodeEvent(Date.now() / 1000, step, content));
    onDisk(this.path, 'write', () => {
      for (let at = 0; at < record.length; ) at += writeSync(this.#file, record, at);
    });
  }

  #replace(name: string, content: string): void {
    replaceFile(join(this.folder, name), [Buffer.from(content)]);
  }

  /** The projector finds embeddings by this file, which may have those of before. */
  #addToProjector(name: string, place: string): void {
    const path = join(this.folder, PROJECTOR);
    const before = onDisk(path, 'read', () => readIfThere(path));
    const tensors = JSON.stringify(`${place}/tensors.tsv`);
    if (before.includes(tensors)) return;
    const lines = [
      'embeddings {',
      `  tensor_name: ${JSON.stringify(name)}`,
      `  tensor_path: ${tensors}`,
      `  metadata_path: ${JSON.stringify(`${place}/metadata.tsv`)}`,
      '}',
    ];
    this.#replace(PROJECTOR, `${before}${lines.join('\n')}\n`);
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (Object(error).code === 'ENOENT') return '';
    throw error;
  }
}

function numbersOf(values: Tensor | readonly number[], operator: string): number[] {
  if (isTensor(values)) {
    const data = torch.scope(() => values.detach().to('cpu').to('float64').data());
    return Array.from(data as Float64Array);
  }
  array(values, 'numbers', 'values', operator);
  for (const value of values) numberWhere(() => true, 'numbers', value, 'values', operator);
  return [...values];
}
