#!/usr/bin/env node
const fs = require('node:fs');
const { inRoot } = require('./support/paths');
const { runMain, SetupError } = require('./support/run');
const { filesBelow } = require('./support/stamps');
const { transpileOnRequire } = require('./support/transpile');

// Runs bench/<name>.ts from its source, so that a benchmark always measures the sources at hand.
runMain(async () => {
  const name = process.argv[2] ?? '';
  const file = inRoot('bench', `${name}.ts`);
  if (!fs.existsSync(file)) {
    const files = filesBelow('bench', /\.ts$/).map((found) => found.slice('bench/'.length, -3));
    const names = files.filter((found) => !found.includes('/'));
    throw new SetupError(`Expected one of ${names.join(', ')} for the benchmark's name`);
  }
  process.argv.splice(1, 2, file);
  transpileOnRequire();
  require(file);
});
