const { MODULES, PRINT, RESULT, SECOND } = require('./derivative');

const BUN = `@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : process.arch}`;
const DENO = `@deno/linux-${process.arch}-glibc`;
const IMPORT = "import { torch } from 'metatorch';";

/**
 * A program that another runtime runs: its binary comes in a package of npm for the platform, as no install script
 * puts it into place.
 *
 * @param {string} name @param {string} binary @param {readonly string[]} args
 * @returns {import('./derivative').Program}
 */
function runtime(name, binary, args) {
  const script = `${name}.entry.mjs`;
  return {
    name,
    files: {
      [script]: `${IMPORT}${SECOND}\n${PRINT}`,
      [`${name}.run.cjs`]: `const { spawnSync } = require('node:child_process');
const { status, error } = spawnSync(${JSON.stringify(binary)}, ${JSON.stringify([...args, script])}, { stdio: 'inherit' });
if (error) throw error;
process.exitCode = status ?? 1;`,
    },
    command: [`${name}.run.cjs`],
    expected: RESULT,
    node: '22',
  };
}

/** Runtimes that are not Node.js. @type {readonly import('./derivative').Program[]} */
const RUNTIMES = [
  runtime('bun', `./${MODULES}/${BUN}/bin/bun`, []),
  runtime('deno', `./${MODULES}/${DENO}/deno`, ['run', '--allow-all', '--node-modules-dir=manual']),
];

module.exports = { RUNTIMES };
