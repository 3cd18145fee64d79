const { both, BOTH } = require('./derivative');

const PROGRAM = both("require('metatorch')");
// Of a folder alone: what is read outside of it fails.
const PERMISSION = ['--permission', '--allow-fs-read=.', '--allow-addons', '--allow-worker'];
// As `.npmrc` and the environment of a build for another machine have them.
const ELSEWHERE = { npm_config_arch: 'arm64', npm_config_platform: 'darwin' };

/** Programs that may do less than others, or are told something else. @type {readonly import('./derivative').Program[]} */
const RESTRICTED = [
  {
    name: 'no code from strings',
    files: { 'no-strings.cjs': PROGRAM },
    command: ['--disallow-code-generation-from-strings', 'no-strings.cjs'],
    expected: BOTH,
  },
  {
    name: 'node --permission',
    files: { 'permission.cjs': PROGRAM },
    command: [...PERMISSION, 'permission.cjs'],
    expected: BOTH,
    node: '24',
  },
  {
    name: 'node --permission, no threads',
    files: { 'no-threads.cjs': PROGRAM },
    command: [...PERMISSION.slice(0, -1), 'no-threads.cjs'],
    expected: '--allow-worker',
    fails: true,
    node: '24',
  },
  {
    name: 'settings for another platform',
    files: {
      'elsewhere.cjs': `Object.assign(process.env, ${JSON.stringify(ELSEWHERE)});\n${PROGRAM}`,
    },
    command: ['elsewhere.cjs'],
    expected: BOTH,
  },
  {
    name: 'libtorch cut off',
    files: {
      'cut.cjs': `const fs = require('node:fs');
const root = require('node:path').dirname(require.resolve('@metatorch/libtorch-linux-x64'));
fs.rmSync('cut-off', { recursive: true, force: true });
fs.cpSync(root, 'cut-off', { recursive: true });
fs.truncateSync('cut-off/lib/libtorch_cpu.so', 1e8);`,
      'damaged.cjs': `process.env.LIBTORCH = 'cut-off';\n${PROGRAM}`,
    },
    build: ['cut.cjs'],
    command: ['damaged.cjs'],
    expected: 'is cut off: it has 100000000 of',
    fails: true,
  },
];

module.exports = { RESTRICTED };
