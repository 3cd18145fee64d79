const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { inRoot } = require('./paths');

const LOCK = inRoot('build', 'setup.lock');
const POLL_MS = 500;

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user may not be signalled, yet it is there.
    return codeOf(error) === 'EPERM';
  }
}

/**
 * Takes the lock; otherwise tells which living process holds it, 0 where it was just given back.
 *
 * @returns {number | undefined}
 */
function tryLock() {
  const own = `${LOCK}.${process.pid}`;
  try {
    // A link appears with its content, unlike a file that is first created and then written.
    fs.writeFileSync(own, String(process.pid));
    fs.linkSync(own, LOCK);
    return undefined;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const holder = Number(fs.existsSync(LOCK) ? fs.readFileSync(LOCK, 'utf8') : 0);
    if (holder > 0 && isAlive(holder)) return holder;
    fs.rmSync(LOCK, { force: true });
    return 0;
  } finally {
    fs.rmSync(own, { force: true });
  }
}

/**
 * Runs `work` while no other set-up of this checkout runs: two that write the same outputs at the
 * same time would spoil them.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withLock(work) {
  fs.mkdirSync(inRoot('build'), { recursive: true });
  let told = false;
  for (let holder = tryLock(); holder !== undefined; holder = tryLock()) {
    if (!told && holder > 0) console.log(`waiting for another set-up, process ${holder}, to end`);
    told = told || holder > 0;
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    fs.rmSync(LOCK, { force: true });
  }
}

module.exports = { withLock };
