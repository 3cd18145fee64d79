#!/usr/bin/env node
const { inRoot } = require('./support/paths');
const { runMain, runVisibly } = require('./support/run');
const { filesBelow } = require('./support/stamps');

/** Formats native/ in place; with `--check` only reports what is not formatted. */
runMain(async () => {
  const files = filesBelow('native', /\.(cc|h)$/);
  if (files.length === 0) return 0;
  const isCheck = process.argv.includes('--check');
  const mode = isCheck ? ['--dry-run', '--Werror'] : ['-i'];
  const program = inRoot('node_modules', 'clang-format', 'index.js');
  const status = await runVisibly(process.execPath, [program, '--style=file', ...mode, ...files]);
  if (status === 0)
    console.log(`${files.length} native files ${isCheck ? 'are' : 'were'} formatted`);
  return status;
});
