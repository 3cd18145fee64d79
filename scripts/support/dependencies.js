const { inRoot } = require('./paths');
const { firstLines, run, SetupError } = require('./run');
const { digestOf, readText, writeText } = require('./stamps');

const STAMP = inRoot('node_modules', '.metatorch-stamp');
const INSTALLED = inRoot('node_modules', '.package-lock.json');

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean }>} Packages */

/**
 * Whether what npm says it has installed is what the lock file asks for. Packages for other
 * platforms are optional, so they may be absent.
 *
 * @param {Packages} locked
 * @param {Packages} installed
 */
function isInstalled(locked, installed) {
  return Object.entries(locked).every(([name, wanted]) => {
    const present = installed[name];
    if (name === '') return true;
    if (present === undefined) return wanted.optional === true;
    return present.version === wanted.version && present.integrity === wanted.integrity;
  });
}

/** @param {string} file @returns {Packages} */
function packagesOf(file) {
  return JSON.parse(readText(file) ?? '{}').packages ?? {};
}

/** npm itself where this runs under `npm run`, so that the same version is used. */
function npmCommand() {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
}

/**
 * Installs the npm packages that package-lock.json names, unless they are there.
 *
 * @returns {Promise<import('./stages').Outcome>}
 */
async function installDependencies() {
  const digest = digestOf(['package-lock.json']);
  if (readText(STAMP) === digest) return { skipped: true };
  if (isInstalled(packagesOf(inRoot('package-lock.json')), packagesOf(INSTALLED))) {
    writeText(STAMP, digest);
    return { skipped: true };
  }
  const [program = 'npm', ...script] = npmCommand();
  const args = [...script, 'ci', '--no-audit', '--no-fund'];
  const { status, output } = await run(program, args);
  if (status !== 0) throw new SetupError(`npm ci failed:\n${firstLines(output)}`);
  writeText(STAMP, digest);
  return { skipped: false };
}

module.exports = { installDependencies, isInstalled, npmCommand };
