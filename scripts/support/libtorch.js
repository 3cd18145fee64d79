const fs = require('node:fs');
const { inRoot } = require('./paths');
const { readText, writeText } = require('./stamps');

const RECORD = inRoot('build', 'libtorch.json');

/** @typedef {import('../../lib/libtorch/inspect').Libtorch} Libtorch */
/** @typedef {import('../../lib/libtorch/inspect').Flavour} Flavour */

/**
 * The compiled lib/libtorch. Required by a computed path, for it is there only after the build.
 *
 * @returns {typeof import('../../lib/libtorch/index')}
 */
function compiledLibtorch() {
  return require(inRoot('dist', 'libtorch', 'index.js'));
}

/**
 * The device that a command line or the environment asks for.
 *
 * @param {readonly string[]} [args]
 * @returns {Flavour}
 */
function deviceFrom(args = []) {
  if (args.includes('--cuda')) return 'cuda';
  return process.env.METATORCH_DEVICE === 'cuda' ? 'cuda' : 'cpu';
}

/**
 * Takes the libtorch at hand or fetches it, and records which one the addon is built with, so that
 * the same one is found at run time.
 *
 * @param {Flavour} device
 * @returns {Promise<import('./stages').Outcome & { libtorch: Libtorch }>}
 */
async function obtainLibtorch(device) {
  const { fetchLibtorch, locateLibtorch } = compiledLibtorch();
  const { found, passedOver } = locateLibtorch({ device, headers: true });
  /** @param {string} line */
  const log = (line) => console.log(`  ${line}`);
  const tellPassedOver = () => {
    for (const { source, reason } of passedOver) log(`passed over ${source}: ${reason}`);
  };
  if (found === undefined) tellPassedOver();
  const libtorch = found ?? (await fetchLibtorch({ device, log }));
  const { root, version, flavour } = libtorch;
  const record = `${JSON.stringify({ root, version, flavour }, null, 2)}\n`;
  if (readText(RECORD) !== record) {
    if (found !== undefined) tellPassedOver();
    writeText(RECORD, record);
  }
  const detail = `${version} ${flavour} at ${root} (from ${libtorch.source})`;
  return { libtorch, skipped: found !== undefined, detail };
}

/** Forgets which libtorch was chosen, so that the next set-up chooses anew. */
function forgetLibtorch() {
  fs.rmSync(RECORD, { force: true });
}

module.exports = { compiledLibtorch, deviceFrom, forgetLibtorch, obtainLibtorch };
