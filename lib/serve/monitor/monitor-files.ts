import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  finiteNumber,
  literal,
  positiveInteger,
  required,
  stepCount,
  strictObject,
} from '../../check';
import { TorchError } from '../../errors';
import { onFile, refuseFile } from '../../files/checked-file';
import { readRegular } from '../../files/regular-file';
import { readSealedLines, sealedLine } from '../../files/sealed-lines';
import { replaceFile } from '../../torch/files/replace-file';
import { Journal, onDisk } from '../store/journal';
import { removePart, syncFolder } from '../store/parts';
import { type MonitorChange, monitorChange } from './item';
import {
  MonitorFold,
  type MonitorRules,
  type MonitorState,
  monitorState,
  newMonitorState,
} from './monitor-state';

// `monitor.json` is the state as it was, and the number of the journal with the changes since. A new journal is
// made first, and counts from the moment when `monitor.json` is replaced.

const FILE = 'monitor.json';
const JOURNAL = /^journal-(\d+)\.jsonl$/u;
const MOST_BYTES = 4 * 2 ** 20;

const rulesCheck = strictObject({
  itemsPerFalseAlarm: required(finiteNumber),
  baseline: required(positiveInteger),
  lateness: required(finiteNumber),
  bucket: required(finiteNumber),
  remember: required(stepCount),
});

const fileCheck = strictObject({
  format: required(literal('metatorch-monitor')),
  version: required(literal(1)),
  journal: required(positiveInteger),
  /** Those under which the changes in the journal took effect. */
  rules: required(rulesCheck),
  state: required(monitorState),
});

type Content = ReturnType<typeof fileCheck>;

/** The state of a monitor on a disk: whatever was added outlives the process, however it ends. */
export class MonitorFiles {
  readonly #folder: string;
  readonly #rules: MonitorRules;
  readonly fold: MonitorFold;
  #journal: Journal<MonitorChange>;
  #number: number;

  private constructor(
    folder: string,
    rules: MonitorRules,
    fold: MonitorFold,
    journal: Journal<MonitorChange>,
    number: number,
  ) {
    this.#folder = folder;
    this.#rules = rules;
    this.fold = fold;
    this.#journal = journal;
    this.#number = number;
  }

  /**
   * Opens the state in a folder that exists, or begins one.
   *
   * @throws TorchError `ERR_TORCH_FILE` that names a damaged file and line, or if the folder holds other things
   */
  static async open(folder: string, rules: MonitorRules): Promise<MonitorFiles> {
    const path = join(folder, FILE);
    if (!existsSync(path)) {
      await requireEmpty(folder);
      return MonitorFiles.#begin(folder, rules, newMonitorState(), 1);
    }
    const content = readContent(path);
    const file = join(folder, `journal-${content.journal}.jsonl`);
    const { journal, changes } = await Journal.open(file, monitorChange);
    try {
      const fold = new MonitorFold(content.state, content.rules);
      for (const change of changes) fold.apply(change);
      await clear(folder, content.journal);
      if (JSON.stringify(content.rules) === JSON.stringify(ordered(rules))) {
        return new MonitorFiles(folder, rules, fold, journal, content.journal);
      }
      await journal.close();
      return await MonitorFiles.#begin(folder, rules, fold.state, content.journal + 1);
    } catch (error) {
      await journal.close().catch(() => undefined);
      throw error;
    }
  }

  static async #begin(
    folder: string,
    rules: MonitorRules,
    state: MonitorState,
    number: number,
  ): Promise<MonitorFiles> {
    const journal = await beginJournal(folder, rules, state, number);
    await clear(folder, number);
    return new MonitorFiles(folder, rules, new MonitorFold(state, rules), journal, number);
  }

  /** Keeps a change; it is on the disk when the promise is fulfilled. @throws TorchError `ERR_TORCH_FILE` */
  async keep(change: MonitorChange): Promise<void> {
    // After a failed write the file cannot be trusted; a new one stands for all that is.
    if (this.#journal.broken || this.#journal.bytes >= MOST_BYTES) await this.#next();
    await this.#journal.append(change);
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  async #next(): Promise<void> {
    const number = this.#number + 1;
    await removePart(join(this.#folder, `journal-${number}.jsonl`));
    const journal = await beginJournal(this.#folder, this.#rules, this.fold.state, number);
    await this.#journal.close();
    this.#journal = journal;
    this.#number = number;
    await clear(this.#folder, number);
  }
}

async function beginJournal(
  folder: string,
  rules: MonitorRules,
  state: MonitorState,
  number: number,
): Promise<Journal<MonitorChange>> {
  const journal = await Journal.create<MonitorChange>(join(folder, `journal-${number}.jsonl`));
  try {
    await onDisk(folder, () => syncFolder(folder));
    const content: Content = {
      format: 'metatorch-monitor',
      version: 1,
      journal: number,
      rules: ordered(rules),
      state,
    };
    replaceFile(join(folder, FILE), [Buffer.from(sealedLine(content))]);
    return journal;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** The rules alone, in the order in which they are written. */
function ordered({
  itemsPerFalseAlarm,
  baseline,
  lateness,
  bucket,
  remember,
}: MonitorRules): MonitorRules {
  return { itemsPerFalseAlarm, baseline, lateness, bucket, remember };
}

function readContent(path: string): Content {
  const bytes = onFile(path, 'the state of a monitor', () => readRegular(path));
  const { entries, damaged } = readSealedLines(bytes, (content) =>
    fileCheck(content, 'content', 'the file'),
  );
  const [content] = entries;
  if (content !== undefined && entries.length === 1 && damaged === undefined) return content;
  throw refuseFile(path, 'the state of a monitor, in one line with its checksum', 'damage');
}

/** Removes journals that do not count: what is left of a crash. */
async function clear(folder: string, keep: number): Promise<void> {
  for (const name of await onDisk(folder, () => readdir(folder))) {
    const [, number] = JOURNAL.exec(name) ?? [];
    if (number !== undefined && Number(number) !== keep) await removePart(join(folder, name));
  }
}

async function requireEmpty(folder: string): Promise<void> {
  for (const name of await onDisk(folder, () => readdir(folder))) {
    if (name === 'lock' || name.startsWith('.') || name.startsWith('lock.')) continue;
    // A journal without a state has never held a change: the state is written before the first.
    if (name === 'journal-1.jsonl') {
      await removePart(join(folder, name));
      continue;
    }
    const message = `Cannot use ${folder} for a monitor: expected ${FILE} or an empty folder but found ${name}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path: folder });
  }
}
