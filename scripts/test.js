#!/usr/bin/env node
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setup } = require('./setup');
const { inRoot, ROOT } = require('./support/paths');
const { runMain } = require('./support/run');

/** jest's own remark on where the results went, which are only ours to read. */
const RESULTS_REMARK = /^Test results written to: .*\n?/m;

/**
 * Runs jest on this terminal.
 *
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit status
 */
function runJest(args) {
  const jest = inRoot('node_modules', 'jest', 'bin', 'jest.js');
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [jest, ...args], {
      cwd: ROOT,
      stdio: ['inherit', 'pipe', 'inherit'],
    });
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk.toString().replace(RESULTS_REMARK, ''));
    });
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/**
 * The counts in one line. A test file that cannot even be loaded counts as one failure.
 *
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number,
 *   numTodoTests: number, numRuntimeErrorTestSuites: number }} results
 */
function summaryOf(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
}

runMain(async () => {
  await setup();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-results-'));
  const file = path.join(folder, 'results.json');
  try {
    const status = await runJest([...process.argv.slice(2), '--json', `--outputFile=${file}`]);
    if (fs.existsSync(file)) console.log(summaryOf(JSON.parse(fs.readFileSync(file, 'utf8'))));
    else console.error('jest ended without results');
    return status;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
