import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolders, onDisk } from '../../files/on-disk';
import { replaceFile } from '../../torch/files/replace-file';

/** A file of lines that grows with a run. */
export class LogFile {
  readonly #path: string;
  readonly #file: number;

  /**
   * Opens the file, which is made with its folders if it is not there. Lines that do not belong to the run so far
   * are removed, as after a crash: those of later steps, which come again, and a last one that was cut.
   *
   * @param belongs whether a whole line does
   * @param head the first line, if there is one
   * @throws TorchError `ERR_TORCH_FILE` if it cannot be read or written
   */
  constructor(path: string, belongs: (line: string) => boolean, head?: string) {
    this.#path = resolve(path);
    onDisk(path, 'write', () => makeFolders(dirname(this.#path)));
    const before = onDisk(path, 'read', () =>
      existsSync(this.#path) ? readFileSync(this.#path, 'utf8') : '',
    );
    const whole = before.split('\n').slice(0, -1);
    const kept = [...(head === undefined ? [] : [head]), ...whole.filter(belongs)];
    const content = kept.map((line) => `${line}\n`).join('');
    if (content !== before) replaceFile(this.#path, [Buffer.from(content)]);
    this.#file = onDisk(path, 'write', () => openSync(this.#path, 'a'));
  }

  add(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    onDisk(this.#path, 'write', () => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    });
  }

  close(): void {
    closeSync(this.#file);
  }
}
