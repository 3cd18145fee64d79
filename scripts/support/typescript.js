const fs = require('node:fs');
const { copyPages, pageFiles } = require('../copy-pages');
const { makeQuickToLoad } = require('../quick-to-load');
const { stripDocs } = require('../without-docs');
const { inRoot } = require('./paths');
const { run, SetupError } = require('./run');
const { digestOf, filesBelow, installedVersion, readText, writeText } = require('./stamps');

const STAMP = inRoot('dist', '.metatorch-stamp');
const OUTPUT = /\.(js|d\.ts)(\.map)?$/;

/** Removes outputs whose source is gone, which would otherwise still be importable. */
function removeStaleOutputs() {
  for (const file of filesBelow('dist', OUTPUT)) {
    const source = file.replace(/^dist/, 'lib').replace(OUTPUT, '.ts');
    if (!fs.existsSync(inRoot(source))) fs.rmSync(inRoot(file));
  }
}

/**
 * Compiles lib/ to dist/ if anything there has changed since.
 *
 * @returns {Promise<import('./stages').Outcome>}
 */
async function buildTypeScript() {
  const sources = [...filesBelow('lib', /\.ts$/), ...pageFiles()];
  const files = [
    ...sources,
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/quick-to-load.js',
    'scripts/without-docs.js',
  ];
  const digest = digestOf(files, installedVersion('typescript'));
  if (readText(STAMP) === digest) return { skipped: true };
  const compiler = inRoot('node_modules', 'typescript', 'bin', 'tsc');
  const { status, output } = await run(process.execPath, [compiler, '-p', 'tsconfig.build.json']);
  if (status !== 0) throw new SetupError(`TypeScript found mistakes in lib/:\n${output}`);
  removeStaleOutputs();
  makeQuickToLoad();
  stripDocs();
  copyPages();
  writeText(STAMP, digest);
  return { skipped: false };
}

module.exports = { buildTypeScript };
