#!/usr/bin/env node
/**
 * Stands in for node-gyp where prebuildify calls it: cmake-js builds the addon if it is not up to
 * date, and the binaries are copied to where prebuildify, which moves and strips them, looks for
 * them. The addon uses Node-API only, so the version of Node asked for is of no concern.
 */
const fs = require('node:fs');
const path = require('node:path');
const { buildNative } = require('./build-native');
const { deviceFrom, obtainLibtorch } = require('./support/libtorch');
const { withLock } = require('./support/lock');
const { inRoot } = require('./support/paths');
const { runMain, SetupError } = require('./support/run');

/**
 * Refuses what cannot be had: the addon is built for this machine, as a release.
 *
 * @param {readonly string[]} args as prebuildify gives them to node-gyp
 */
function checkArguments(args) {
  const arch = args.find((arg) => arg.startsWith('--arch='))?.slice('--arch='.length);
  if (arch !== undefined && arch !== process.arch) {
    throw new SetupError(`Expected ${process.arch} for --arch but received ${arch}`);
  }
  if (args.includes('--debug')) throw new SetupError('There are no prebuilds for debugging');
}

runMain(async () => {
  checkArguments(process.argv.slice(2));
  await withLock(async () => {
    const { libtorch } = await obtainLibtorch(deviceFrom());
    await buildNative(libtorch);
  });
  fs.cpSync(inRoot('build', 'Release'), path.resolve('build', 'Release'), { recursive: true });
});
