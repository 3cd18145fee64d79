const fs = require('node:fs');
const path = require('node:path');
const { npm } = require('../release/npm');
const { NODES } = require('./versions');

/**
 * Programs of several versions of Node.js, from npm, each in a folder of its own.
 *
 * @param {string} folder
 * @returns {Promise<Record<string, string>>} by major version
 */
async function installNodes(folder) {
  /** @type {Record<string, string>} */
  const programs = {};
  for (const [major, version] of Object.entries(NODES)) {
    const prefix = path.join(folder, major);
    fs.mkdirSync(prefix, { recursive: true });
    const name = `node-${process.platform}-${process.arch}`;
    await npm([
      'install',
      '--prefix',
      prefix,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `${name}@${version}`,
    ]);
    programs[major] = path.join(prefix, 'node_modules', name, 'bin', 'node');
  }
  return programs;
}

module.exports = { installNodes };
