const fs = require('node:fs');
const path = require('node:path');
const { npmCommand } = require('../support/dependencies');
const { lastLines, run, SetupError } = require('../support/run');

/**
 * What a package holds, as npm says.
 *
 * @typedef {{ name: string, version: string, filename: string, size: number, files: { path: string, size: number }[] }} Packed
 */

/**
 * Runs npm and returns what it prints.
 *
 * @param {readonly string[]} args
 * @param {import('../support/run').RunOptions} [options]
 * @throws SetupError with the end of its output
 */
async function npm(args, options = {}) {
  const [program = 'npm', ...script] = npmCommand();
  // What the surrounding npm has set is meant for the command that it runs.
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(command|lifecycle|package)_/.test(name),
  );
  const env = { ...Object.fromEntries(kept), ...options.env };
  const { status, output } = await run(program, [...script, ...args], { ...options, env });
  if (status === 0) return output;
  throw new SetupError(`npm ${args.slice(0, 2).join(' ')} failed:\n${lastLines(output)}`);
}

/**
 * Makes the tarball of a staged package.
 *
 * @param {string} folder of the package
 * @param {string} out where the tarball goes
 * @returns {Promise<Packed>}
 */
async function pack(folder, out) {
  fs.mkdirSync(out, { recursive: true });
  const args = [
    'pack',
    '--json',
    '--ignore-scripts',
    '--loglevel=error',
    '--pack-destination',
    out,
  ];
  const output = await npm([...args, folder]);
  const [packed] = JSON.parse(output.slice(output.indexOf('[')));
  return packed;
}

/**
 * Lets npm do all of a publication but the upload.
 *
 * @param {string} tarball
 */
async function rehearsePublication(tarball) {
  const args = ['publish', '--dry-run', '--ignore-scripts', '--access=public', '--loglevel=error'];
  await npm([...args, path.resolve(tarball)]);
}

module.exports = { npm, pack, rehearsePublication };
