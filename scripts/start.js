#!/usr/bin/env node
const { setup } = require('./setup');
const { inRoot } = require('./support/paths');
const { runMain, runVisibly } = require('./support/run');

runMain(async () => {
  await setup();
  return runVisibly(process.execPath, [
    inRoot('dist', 'cli', 'main.js'),
    'try',
    ...process.argv.slice(2),
  ]);
});
