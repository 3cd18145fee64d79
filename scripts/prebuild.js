#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const { setup } = require('./setup');
const { inRoot, npmProgram, ROOT } = require('./support/paths');
const { lastLines, run, runMain, SetupError } = require('./support/run');

/**
 * Makes prebuilds/<platform>-<arch>/ with the addon for distribution, stripped of its symbols.
 * prebuildify works in a folder of its own, since it moves the addon away from where it finds it.
 * `--out=<folder>` puts the folder prebuilds/ elsewhere than into the repository.
 */
async function prebuild() {
  await setup(process.argv.slice(2));
  const workshop = inRoot('build', 'prebuild');
  fs.mkdirSync(workshop, { recursive: true });
  const out = process.argv.find((arg) => arg.startsWith('--out='))?.slice('--out='.length) ?? ROOT;
  const shim = inRoot('scripts', 'cmake-js-shim.js');
  const folders = { cwd: workshop, out: path.resolve(out), cache: path.join(workshop, 'cache') };
  const options = { name: 'metatorch', ...folders, 'node-gyp': shim };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const { status, output } = await run(npmProgram('prebuildify'), ['--napi', '--strip', ...args]);
  if (status !== 0) throw new SetupError(`The prebuild failed:\n${lastLines(output)}`);
  const made = path.join(out, 'prebuilds', `${process.platform}-${process.arch}`);
  for (const file of fs.readdirSync(made)) console.log(`made ${path.join(made, file)}`);
}

runMain(prebuild);
