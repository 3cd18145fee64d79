import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { optional, required, strictVariant, string } from '../../check';
import { FolderLock } from '../../files/folder-lock';
import { replaceFile } from '../../torch/files/replace-file';
import { makeFolder } from '../folders';
import { Journal, lineOf } from '../store/journal';
import { intentAnswer, pastAnswer } from './definition';

/** What an assistant learns, as data. */
export const lessonCheck = strictVariant('type', {
  /** What is answered to an intent that is not in the definition. */
  intent: { name: required(string), intent: required(intentAnswer) },
  /** A question, and the intent that a person says it has. */
  corrected: { text: required(string), intent: required(string), owner: optional(string) },
  /** A question, and what a person answered. */
  answered: { answer: required(pastAnswer) },
});

export type Lesson = ReturnType<typeof lessonCheck>;

const FILE = 'lessons.jsonl';

/** The lessons of an assistant, in a folder that is its alone, or for as long as the process lives. */
export class AssistantLog {
  #lessons: readonly Lesson[];
  #journal: Journal<Lesson> | undefined;
  readonly #folder: string | undefined;
  readonly #lock: FolderLock | undefined;

  private constructor(
    lessons: readonly Lesson[],
    journal?: Journal<Lesson>,
    folder?: string,
    lock?: FolderLock,
  ) {
    this.#lessons = lessons;
    this.#journal = journal;
    this.#folder = folder;
    this.#lock = lock;
  }

  /**
   * @throws TorchError `ERR_TORCH_BUSY` if another process uses the folder; `ERR_TORCH_FILE` that names the line, if
   *   one is damaged
   */
  static async open(folder: string | undefined): Promise<AssistantLog> {
    if (folder === undefined) return new AssistantLog([]);
    await makeFolder(folder);
    const lock = new FolderLock(folder);
    try {
      const path = join(folder, FILE);
      if (!existsSync(path)) replaceFile(path, []);
      const { journal, changes } = await Journal.open(path, lessonCheck);
      return new AssistantLog(changes, journal, folder, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get lessons(): readonly Lesson[] {
    return this.#lessons;
  }

  /** Keeps a lesson; it is on the disk when the promise is fulfilled. @throws TorchError `ERR_TORCH_FILE` */
  async keep(lesson: Lesson): Promise<void> {
    if (this.#journal?.broken) await this.replace(this.#lessons);
    await this.#journal?.append(lesson);
    this.#lessons = [...this.#lessons, lesson];
  }

  /** Keeps these lessons alone; no file holds the others any more. @throws TorchError `ERR_TORCH_FILE` */
  async replace(lessons: readonly Lesson[]): Promise<void> {
    if (this.#folder !== undefined) {
      const path = join(this.#folder, FILE);
      replaceFile(
        path,
        lessons.map((lesson, i) => Buffer.from(lineOf(i + 1, lesson))),
      );
      const { journal } = await Journal.open(path, lessonCheck);
      await this.#journal?.close();
      this.#journal = journal;
    }
    this.#lessons = lessons;
  }

  async close(): Promise<void> {
    try {
      await this.#journal?.close();
    } finally {
      this.#lock?.release();
    }
  }
}
