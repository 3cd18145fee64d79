import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { isPlainObject, type Json } from '../../check';
import { refuseFile } from '../../files/checked-file';
import { FolderLock } from '../../files/folder-lock';
import { makeFolders, onDisk } from '../../files/on-disk';
import { readRegular } from '../../files/regular-file';
import { readSealedLines, sealedLine } from '../../files/sealed-lines';
import { syncFolder } from '../../torch/files/replace-file';
import { warnOf } from '../../warnings';
import { readStudyEvent, type StudyEvent } from './study-event';

const FORMAT = 'metatorch-study';
const VERSION = 1;
/** What is done with the file, for errors. */
const USE = 'use the study';

/** What makes a study that one, by name: it must be the same to go on. */
export type StudyFacts = Readonly<Record<string, Json>>;

/**
 * A study on the disk: a line of JSON with its checksum for the facts, and one for each event. What began and
 * what ended is on the disk when `append` returns; a report is there as soon as something else is.
 */
export class StudyFile {
  readonly #path: string;
  readonly #lock: FolderLock;
  readonly #file: number;
  readonly events: readonly StudyEvent[];

  /**
   * Opens a study, or begins one. A damaged last line is cut off, with a warning.
   *
   * @throws TorchError `ERR_TORCH_FILE` for what is no study, is damaged, or is a study of something else;
   *   `ERR_TORCH_BUSY` while another process has it
   */
  constructor(path: string, facts: StudyFacts) {
    this.#path = resolve(path);
    const folder = dirname(this.#path);
    onDisk(this.#path, USE, () => makeFolders(folder));
    this.#lock = new FolderLock(folder, `${basename(this.#path)}.lock`);
    let file: number | undefined;
    const existed = existsSync(this.#path);
    try {
      const { events, bytes } = existed ? readStudy(this.#path, facts) : { events: [], bytes: 0 };
      file = onDisk(this.#path, USE, () => openSync(this.#path, 'a'));
      this.#file = file;
      this.events = events;
      this.#begin(bytes, facts);
    } catch (error) {
      if (file !== undefined) closeSync(file);
      // A study that could not begin leaves nothing.
      if (!existed) rmSync(this.#path, { force: true });
      this.#lock.release();
      throw error;
    }
  }

  #begin(bytes: number, facts: StudyFacts): void {
    onDisk(this.#path, USE, () => {
      ftruncateSync(this.#file, bytes);
      if (bytes === 0) this.#write({ format: FORMAT, version: VERSION, ...facts });
      fsyncSync(this.#file);
      if (bytes === 0) syncFolder(dirname(this.#path));
    });
  }

  /** @throws TorchError `ERR_TORCH_FILE` if it cannot be written */
  append(event: StudyEvent): void {
    onDisk(this.#path, USE, () => {
      this.#write(event);
      if (event.type !== 'report') fdatasyncSync(this.#file);
    });
  }

  close(): void {
    closeSync(this.#file);
    this.#lock.release();
  }

  #write(content: object): void {
    const line = Buffer.from(sealedLine(content));
    for (let at = 0; at < line.length; ) at += writeSync(this.#file, line, at);
  }
}

type Read = { readonly events: readonly StudyEvent[]; readonly bytes: number };

function readStudy(path: string, facts: StudyFacts): Read {
  const content = onDisk(path, USE, () => readRegular(path));
  const read = readSealedLines<object | StudyEvent>(content, (entry, line) =>
    line === 1 ? requireObject(entry) : readStudyEvent(entry),
  );
  const [head, ...events] = read.entries;
  const { damaged } = read;
  if (head === undefined) {
    // Killed before its first line was whole: nothing is lost. Anything else is a file of someone else's.
    if (damaged === undefined || isBeginning(content)) return { events: [], bytes: 0 };
    throw refuseFile(path, 'a study', 'something else');
  }
  requireFacts(path, head, facts);
  if (damaged !== undefined) recover(path, damaged);
  // All but the first line are events.
  return { events: events.flatMap((event) => ('type' in event ? [event] : [])), bytes: read.bytes };
}

function requireObject(entry: unknown): object {
  if (isPlainObject(entry)) return entry;
  throw new TypeError('Expected an object');
}

/** True for what could be a part of the first line of a study, and for pages that were never written. */
function isBeginning(content: Buffer): boolean {
  const start = /^\{"sum":"[0-9a-f]{16}",/u;
  const text = content.toString('latin1').replace(/\0+$/u, '');
  const rest = `"format":"${FORMAT}",`;
  return (
    !text.includes('\n') &&
    (text.length < 26
      ? '{"sum":"'.startsWith(text.slice(0, 8))
      : start.test(text) && rest.startsWith(text.slice(26, 26 + rest.length)))
  );
}

function requireFacts(path: string, head: object, facts: StudyFacts): void {
  const wanted: StudyFacts = { format: FORMAT, version: VERSION, ...facts };
  const found: Readonly<Record<string, unknown>> = { ...head };
  for (const [name, value] of Object.entries(wanted)) {
    const [expected, given] = [value, found[name]].map((one) => JSON.stringify(one));
    if (expected === given) continue;
    throw refuseFile(
      path,
      `a study with the ${name} ${expected}`,
      `${given === undefined ? 'none' : given}. Use another file for another study`,
    );
  }
}

function recover(path: string, { line, last }: { line: number; last: boolean }): void {
  if (!last) {
    throw refuseFile(path, `an event with its checksum in line ${line}`, 'a damaged line');
  }
  warnOf(
    'METATORCH_STUDY_RECOVERED',
    `The last line of ${path}, ${line}, is damaged and was dropped; what it said of a trial is done again`,
  );
}
