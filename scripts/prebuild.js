#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const { binariesIn, checkSymbols } = require('./check-symbols');
const { setup } = require('./setup');
const { optionOf } = require('./support/arguments');
const { inRoot, npmProgram, ROOT } = require('./support/paths');
const { lastLines, run, runMain, SetupError } = require('./support/run');

/**
 * Makes prebuilds/<platform>-<arch>/ with the addon for distribution, stripped of its symbols, in the
 * folder `out`. prebuildify works in a folder of its own, since it moves the addon away from where it
 * finds it.
 *
 * @param {string} out
 * @returns {Promise<string>} the folder with the binaries
 */
async function prebuild(out) {
  const workshop = inRoot('build', 'prebuild');
  fs.mkdirSync(workshop, { recursive: true });
  const shim = inRoot('scripts', 'cmake-js-shim.js');
  const folders = { cwd: workshop, out: path.resolve(out), cache: path.join(workshop, 'cache') };
  const options = { name: 'metatorch', ...folders, 'node-gyp': shim };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const { status, output } = await run(npmProgram('prebuildify'), ['--napi', '--strip', ...args]);
  if (status !== 0) throw new SetupError(`The prebuild failed:\n${lastLines(output)}`);
  const made = path.join(out, 'prebuilds', `${process.platform}-${process.arch}`);
  await checkSymbols(binariesIn(made));
  return made;
}

if (require.main === module) {
  runMain(async () => {
    await setup(process.argv.slice(2));
    const made = await prebuild(optionOf('out') ?? ROOT);
    for (const file of fs.readdirSync(made)) console.log(`made ${path.join(made, file)}`);
  });
}

module.exports = { prebuild };
