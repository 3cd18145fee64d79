#!/usr/bin/env node
const { buildNative } = require('./build-native');
const { installDependencies } = require('./support/dependencies');
const { deviceFrom, forgetLibtorch, obtainLibtorch } = require('./support/libtorch');
const { withLock } = require('./support/lock');
const { runMain } = require('./support/run');
const { stage } = require('./support/stages');
const { checkTools } = require('./support/tools');
const { buildTypeScript } = require('./support/typescript');

/**
 * Makes a checkout ready to run: npm packages, compiled TypeScript, libtorch, the native addon.
 * What is ready already is left alone.
 *
 * @param {readonly string[]} [args] `--cuda` wants a libtorch with CUDA, `--cpu` forgets an earlier
 *   choice of one
 */
async function setup(args = []) {
  checkTools();
  return withLock(async () => {
    await stage('npm packages', installDependencies);
    await stage('TypeScript', buildTypeScript);
    if (args.includes('--cpu')) forgetLibtorch();
    const { libtorch } = await stage('libtorch', () => obtainLibtorch(deviceFrom(args)));
    await stage('native addon', () => buildNative(libtorch));
  });
}

if (require.main === module) {
  runMain(async () => {
    await setup(process.argv.slice(2));
  });
}

module.exports = { setup };
