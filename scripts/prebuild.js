#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const { setup } = require('./setup');
const { inRoot, npmProgram, ROOT } = require('./support/paths');
const { lastLines, run, runMain, SetupError } = require('./support/run');

/**
 * Makes prebuilds/<platform>-<arch>/ with the addon for distribution, stripped of its symbols.
 * It is built in a folder of its own, for prebuildify moves the addon away from where it was built.
 * `--out=<folder>` puts the folder prebuilds/ elsewhere than into the repository.
 */
async function prebuild() {
  const libtorch = await setup(process.argv.slice(2));
  const workshop = inRoot('build', 'prebuild');
  fs.mkdirSync(workshop, { recursive: true });
  const out = process.argv.find((arg) => arg.startsWith('--out='))?.slice('--out='.length) ?? ROOT;
  const shim = inRoot('scripts', 'cmake-js-shim.js');
  const args = ['--napi', '--strip', '--name', 'metatorch', '--cwd', workshop];
  args.push(
    '--out',
    path.resolve(out),
    '--cache',
    path.join(workshop, 'cache'),
    '--node-gyp',
    shim,
  );
  const env = { ...process.env, LIBTORCH: libtorch.root };
  const { status, output } = await run(npmProgram('prebuildify'), args, { env });
  if (status !== 0) throw new SetupError(`The prebuild failed:\n${lastLines(output)}`);
  const made = path.join(out, 'prebuilds', `${process.platform}-${process.arch}`);
  for (const file of fs.readdirSync(made)) console.log(`made ${path.join(made, file)}`);
}

runMain(prebuild);
