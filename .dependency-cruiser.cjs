/**
 * Imports flow one way: native -> torch -> nn, optim -> meta -> text -> train -> serve -> cli.
 * A layer may import itself and the layers to its left; `errors.ts`, `nearest-name.ts`, and `check/` above them alone, are open to all.
 */
const LAYERS = [
  ['libtorch', '^lib/libtorch/'],
  ['download', '^lib/download/'],
  ['native', '^lib/(native|native-graph|native-groups|addon-path|memory-stats)\\.ts$'],
  ['torch', '^lib/torch/'],
  ['nn and optim', '^lib/(nn|optim)/'],
  ['meta', '^lib/meta/'],
  ['text', '^lib/text/'],
  ['train', '^lib/train/'],
  ['serve', '^lib/serve/'],
  ['cli', '^lib/cli/'],
  ['testing', '^lib/testing/'],
];

const directions = LAYERS.slice(0, -1).map(([name, path], i) => ({
  name: `${name} imports nothing to its right`,
  severity: 'error',
  from: { path },
  to: { path: [...LAYERS.slice(i + 1).map(([, right]) => right), '^lib/index\\.ts$'] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'check imports errors and nearest-name alone',
      severity: 'error',
      from: { path: '^lib/check/' },
      to: { path: '^lib/', pathNot: '^lib/(check/|(errors|nearest-name)\\.ts$)' },
    },
    {
      name: 'no circles, types included',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only native.ts and addon-path.ts load the addon',
      severity: 'error',
      from: { pathNot: '^lib/(native|addon-path|memory-stats)\\.ts$' },
      to: { path: '\\.node$' },
    },
    {
      name: 'no undeclared packages',
      severity: 'error',
      from: { path: '^lib' },
      // Optional peers are installed for the tests, and loaded by lib/optional-packages.ts.
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'unknown'],
        dependencyTypesNot: ['npm-peer'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
