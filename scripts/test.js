#!/usr/bin/env node
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setup } = require('./setup');
const { inRoot } = require('./support/paths');
const { runMain, runVisibly } = require('./support/run');
const { readText } = require('./support/stamps');

/** Sets up, runs jest with the arguments given, and prints its counts as the last line. */
runMain(async () => {
  await setup();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-counts-'));
  const file = path.join(folder, 'counts');
  try {
    const processor = `--testResultsProcessor=${inRoot('scripts', 'support', 'count-results.js')}`;
    const jest = inRoot('node_modules', 'jest', 'bin', 'jest.js');
    const args = [jest, processor, ...process.argv.slice(2)];
    const env = { ...process.env, METATORCH_COUNTS: file };
    const status = await runVisibly(process.execPath, args, { env });
    const counts = readText(file);
    if (counts !== undefined) console.log(counts);
    return status;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
