// Writes docs/pytorch.md from the names that scripts/pytorch-names.py has found in PyTorch. With --check it only
// compares, and fails if the page is out of date.
'use strict';

const fs = require('node:fs');
const { inRoot } = require('./support/paths');
const { page, share, table } = require('./support/pytorch-table');

const PAGE = inRoot('docs', 'pytorch.md');

function main() {
  const names = JSON.parse(
    fs.readFileSync(inRoot('test', 'docs', 'fixtures', 'pytorch-names.json'), 'utf8'),
  );
  const { DTYPES, Tensor, torch } = require('../dist/torch');
  const { STORAGE_DTYPES } = require('../dist/torch/dtype');
  const roots = { torch, tensor: Tensor.prototype, nn: require('../dist/nn') };
  const rows = table(names, roots, new Set([...DTYPES, ...STORAGE_DTYPES]));
  const text = page(names.version, rows);
  if (!process.argv.includes('--check')) fs.writeFileSync(PAGE, text);
  else if (fs.readFileSync(PAGE, 'utf8') !== text) {
    console.error('docs/pytorch.md is out of date: run `node scripts/pytorch-names.js`.');
    process.exitCode = 1;
  }
  for (const row of rows) {
    const missing = row.absent.filter(({ applies }) => applies).map(({ name }) => name);
    console.log(row.module, share(row).share.toFixed(3), missing.join(' '));
  }
}

main();
