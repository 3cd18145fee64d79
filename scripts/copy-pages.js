#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const { inRoot } = require('./support/paths');
const { filesBelow } = require('./support/stamps');

const PAGES = 'lib/serve/playground/public';

/** The files of the playground, which the compiler leaves alone. @returns {string[]} */
function pageFiles() {
  return filesBelow(PAGES, /\.(html|css|mjs)$/);
}

/** Copies them beside the compiled code, and removes those that are gone. @param {string} [dist] */
function copyPages(dist = inRoot('dist')) {
  const target = path.join(dist, 'serve', 'playground', 'public');
  fs.rmSync(target, { recursive: true, force: true });
  fs.cpSync(inRoot(PAGES), target, { recursive: true });
}

if (require.main === module) copyPages();

module.exports = { copyPages, pageFiles };
