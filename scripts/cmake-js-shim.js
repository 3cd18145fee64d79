#!/usr/bin/env node
/**
 * Stands in for node-gyp where prebuildify calls it, and lets cmake-js build instead. The addon uses
 * Node-API only, so the version of Node and the folder of its headers are of no concern. It builds
 * in the folder it is called in. There CMake sees by itself what has changed since the last time,
 * so nothing is removed first, though prebuildify asks for that.
 */
const path = require('node:path');
const { npmProgram, ROOT } = require('./support/paths');
const { runMain, runVisibly, SetupError } = require('./support/run');

/**
 * prebuildify's arguments for node-gyp, as cmake-js wants them.
 *
 * @param {readonly string[]} args
 */
function translate(args) {
  const arch = args.filter((arg) => arg.startsWith('--arch='));
  return [...arch, `--config=${args.includes('--debug') ? 'Debug' : 'Release'}`];
}

runMain(async () => {
  const root = process.env.LIBTORCH;
  if (!root) throw new SetupError('LIBTORCH is not set; run npm run prebuild');
  const where = ['--directory', ROOT, '--out', path.resolve('build'), `--CDLIBTORCH=${root}`];
  // The loader opens libtorch by its path; a prebuild must not carry this machine's paths.
  const options = ['--parallel', '2', '--CDCMAKE_SKIP_RPATH=ON'];
  const args = [...where, ...options, ...translate(process.argv.slice(2))];
  const configured = await runVisibly(npmProgram('cmake-js'), ['configure', ...args]);
  if (configured !== 0) return configured;
  return runVisibly(npmProgram('cmake-js'), ['build', ...args]);
});
