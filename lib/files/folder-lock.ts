import { randomUUID } from 'node:crypto';
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { finiteNumber, nullable, required, someProperties, string } from '../check';
import { TorchError } from '../errors';

const NAME = 'lock';
/** How often a holder shows that it lives, for those on other machines, which cannot ask for its process. */
const TOUCH_MS = 5_000;
const STALE_MS = 60_000;
const TRIES = 5;
/** What file systems say that have no hard links. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

const ownerCheck = someProperties({
  id: required(string),
  pid: required(finiteNumber),
  host: required(string),
  /** When the process started, which tells it from a later one with the same number; null if not known. */
  started: required(nullable(string)),
});
type Owner = ReturnType<typeof ownerCheck>;

/** The ids of the locks that this process holds. */
const held = new Set<string>();

/** The sole use of a folder, or of a file in it: a file that names the process which has it. */
export class FolderLock {
  readonly #path: string;
  readonly #id: string;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param name of the lock, where there are several in a folder
   * @throws TorchError `ERR_TORCH_BUSY` if a living process has the folder, `ERR_TORCH_FILE`
   */
  constructor(folder: string, name: string = NAME) {
    this.#path = join(folder, name);
    this.#id = randomUUID();
    acquire(this.#path, this.#id);
    held.add(this.#id);
    this.#timer = setInterval(() => touch(this.#path), TOUCH_MS);
    this.#timer.unref();
  }

  release(): void {
    clearInterval(this.#timer);
    if (held.delete(this.#id) && readOwner(this.#path)?.id === this.#id) {
      rmSync(this.#path, { force: true });
    }
  }
}

function acquire(path: string, id: string): void {
  // Written apart and linked, so that nobody ever reads a lock that is half written.
  const own = `${path}.${id}`;
  const owner: Owner = { id, pid: process.pid, host: hostname(), started: startOf(process.pid) };
  try {
    writeFileSync(own, `${JSON.stringify(owner)}\n`, { flag: 'wx' });
    for (let i = 0; i < TRIES; i++) {
      if (linked(own, path)) return;
      const other = readOwner(path);
      if (isAlive(other, path)) throw inUse(path, other);
      removeStale(path, other);
    }
    throw inUse(path, readOwner(path));
  } catch (cause) {
    if (cause instanceof TorchError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TorchError('ERR_TORCH_FILE', `Cannot lock ${path}: ${reason}`, { path, cause });
  } finally {
    // Also what a full disk took only a part of.
    if (existsSync(own)) rmSync(own, { force: true });
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const { code } = Object(error);
    if (code === 'EEXIST') return false;
    if (!WITHOUT_LINKS.includes(code)) throw error;
  }
  return copied(from, to);
}

/** Where files have one name only, a lock that is half written is one whose owner is not known. */
function copied(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (Object(error).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a stale lock away; one that someone else took in the meantime is put back. */
function removeStale(path: string, stale: Owner | undefined): void {
  const aside = `${path}.stale-${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (Object(error).code === 'ENOENT') return;
    throw error;
  }
  if (readOwner(aside)?.id !== stale?.id) linked(aside, path);
  rmSync(aside, { force: true });
}

function readOwner(path: string): Owner | undefined {
  try {
    return ownerCheck(JSON.parse(readFileSync(path, 'utf8')), 'content', path);
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner | undefined, path: string): boolean {
  if (owner === undefined) return isRecent(path);
  if (held.has(owner.id)) return true;
  if (owner.host !== hostname()) return isRecent(path);
  const { pid, started } = owner;
  // Of another thread, which cannot be asked, or of an earlier process.
  if (pid === process.pid) return started === startOf(pid) && isRecent(path);
  try {
    process.kill(pid, 0);
  } catch (error) {
    return Object(error).code === 'EPERM';
  }
  return started === null || started === startOf(pid);
}

function isRecent(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < STALE_MS;
}

/** When a process started, in ticks since the machine did; null where the system does not tell. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // The folder is gone; whoever writes into it next will say so.
  }
}

function inUse(path: string, owner: Owner | undefined): TorchError {
  const message = `Expected a folder that nobody uses, but ${nameOf(owner)} has ${path}${adviceOn(path, owner)}`;
  return new TorchError('ERR_TORCH_BUSY', message, { path });
}

function nameOf(owner: Owner | undefined): string {
  if (owner === undefined) return 'another process';
  const { id, pid, host } = owner;
  const own = pid === process.pid && host === hostname() && !held.has(id);
  return `${own ? 'another thread of ' : ''}process ${pid} on ${host}`;
}

/** What can be done about a lock whose process cannot be asked for. */
function adviceOn(path: string, owner: Owner | undefined): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  const here = owner !== undefined && owner.host === hostname();
  if (stats === undefined) return '';
  if (here && owner.pid === process.pid && held.has(owner.id)) return '; close what has it first';
  if (here && owner.pid !== process.pid) return '; end that process first';
  const ago = Math.max(0, Date.now() - stats.mtimeMs);
  const [seen, left] = [ago, STALE_MS - ago].map((ms) => Math.max(0, Math.ceil(ms / 1000)));
  return `, and showed ${seen} s ago that it lives; if it has ended, try again in ${left} s, when its lock counts no more, or remove that file now`;
}
