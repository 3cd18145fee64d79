import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FolderLock } from '../../lib/files/folder-lock';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));
const path = () => join(folder(), 'lock');

test('one holder at a time, also within a process', () => {
  const lock = new FolderLock(folder());
  expect(() => new FolderLock(folder())).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_BUSY',
      message: expect.stringContaining(`process ${process.pid}`),
    }),
  );
  lock.release();
  lock.release();
  new FolderLock(folder()).release();
  expect(readdirSync(folder())).toEqual([]);
});

test('a lock of a process that is killed is taken over', async () => {
  const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  child = holder;
  const own = sample();
  const owner = (started: string | null) =>
    JSON.stringify({ ...own, id: 'x', pid: holder.pid, started });
  writeFileSync(path(), owner(null));
  expect(() => new FolderLock(folder())).toThrow(/Expected a folder that nobody uses/);
  // A later process with the same number.
  writeFileSync(path(), owner('1'));
  if (process.platform === 'linux') new FolderLock(folder()).release();
  writeFileSync(path(), owner(null));
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  new FolderLock(folder()).release();
});

test('a lock with the number of this process, from before a restart, is stale', () => {
  writeFileSync(path(), JSON.stringify({ ...sample(), started: '1' }));
  new FolderLock(folder()).release();
});

test('a lock of another thread of this process holds while it is touched', async () => {
  const lock = require.resolve('../../dist/files/folder-lock');
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads');
    const { FolderLock } = require(workerData.lock);
    const own = new FolderLock(workerData.folder);
    parentPort.on('message', () => { own.release(); parentPort.postMessage('released'); });
    parentPort.postMessage('locked');`,
    { eval: true, workerData: { lock, folder: folder() } },
  );
  try {
    await once(worker, 'message');
    const open = () => new FolderLock(folder());
    expect(open).toThrow(expect.objectContaining({ code: 'ERR_TORCH_BUSY' }));
    expect(open).toThrow(
      new RegExp(`another thread of process ${process.pid} .* ago that it lives; .* try again in`),
    );
    const gone = once(worker, 'message');
    worker.postMessage('release');
    await gone;
    open().release();
  } finally {
    await worker.terminate();
  }
});

test('a lock of another machine holds while it is touched', () => {
  writeFileSync(path(), JSON.stringify({ ...sample(), host: 'elsewhere' }));
  const seen = new Date(Date.now() - 20_000);
  utimesSync(path(), seen, seen);
  expect(() => new FolderLock(folder())).toThrow(
    /process \d+ on elsewhere has .*lock, and showed 2[01] s ago that it lives; if it has ended, try again in (39|40) s, when its lock counts no more, or remove that file now$/,
  );
  const old = new Date(Date.now() - 120_000);
  utimesSync(path(), old, old);
  new FolderLock(folder()).release();
});

function sample() {
  const lock = new FolderLock(folder());
  const owner = JSON.parse(readFileSync(path(), 'utf8'));
  lock.release();
  return owner;
}
