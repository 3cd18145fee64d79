#!/usr/bin/env node
/**
 * Stands in for node-gyp where prebuildify calls it: the same arguments, but cmake-js builds. The
 * addon uses Node-API only, so the version of Node and the folder of its headers are dropped.
 * It builds in the folder it is called in, which prebuildify empties of its binaries afterwards.
 */
const path = require('node:path');
const { npmProgram, ROOT } = require('./support/paths');
const { runMain, runVisibly, SetupError } = require('./support/run');

const DROPPED = /^--(target|devdir|release)\b/;

/** @param {readonly string[]} args as prebuildify gives them to node-gyp */
function translate(args) {
  return args
    .filter((arg) => !DROPPED.test(arg))
    .map((arg) => (arg === '--debug' ? '--config=Debug' : arg));
}

runMain(async () => {
  const root = process.env.LIBTORCH;
  if (!root) throw new SetupError('LIBTORCH is not set; run npm run prebuild');
  const build = path.resolve('build');
  const where = ['--directory', ROOT, '--out', build, '--parallel', '2', `--CDLIBTORCH=${root}`];
  return runVisibly(npmProgram('cmake-js'), [...translate(process.argv.slice(2)), ...where]);
});
