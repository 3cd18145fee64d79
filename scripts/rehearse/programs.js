const path = require('node:path');

/**
 * A program of a user's: its files, the commands that build it, which run once, and the one that runs
 * it with each Node.js. It passes if the builds succeed and it prints `expected`.
 *
 * @typedef {object} Program
 * @property {string} name
 * @property {Record<string, string>} files
 * @property {readonly string[]} [build]
 * @property {readonly string[]} command
 * @property {string} expected
 * @property {boolean} [fails] the command is to fail
 */

const SECOND = `
const w = torch.tensor([1, 2, 3], { requiresGrad: true });
const [first] = torch.grad(w.pow(3).sum(), [w], { createGraph: true });
const [second] = torch.grad(first.sum(), [w]);`;
const RESULT = 'second derivative 6,12,18';
const PRINT = "console.log('second derivative ' + second.tolist());";
const REQUIRE = "const { torch } = require('metatorch');";
const TEST = `
test('second derivative', () => {
  ${SECOND}
  expect(second.tolist()).toEqual([6, 12, 18]);
});`;

const STRICT = {
  compilerOptions: {
    target: 'es2022',
    module: 'node16',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    types: ['node'],
    outDir: 'typescript-out',
  },
  files: ['typescript.mts'],
};

const MODULES = 'node_modules';

/** @type {readonly Program[]} */
const PROGRAMS = [
  {
    name: 'CommonJS',
    files: { 'commonjs.cjs': `${REQUIRE}${SECOND}\n${PRINT}` },
    command: ['commonjs.cjs'],
    expected: RESULT,
  },
  {
    name: 'ESM',
    files: {
      'esm.mjs': `import { nn, torch } from 'metatorch';\nimport { assertClose } from 'metatorch/testing';
import * as direct from 'metatorch/torch';${SECOND}
if (typeof nn.linear !== 'function' || typeof assertClose !== 'function' || !direct) throw new Error('exports');\n${PRINT}`,
    },
    command: ['esm.mjs'],
    expected: RESULT,
  },
  {
    name: 'TypeScript, strict',
    files: {
      'tsconfig.json': JSON.stringify(STRICT),
      'typescript.mts': `import { torch, type Tensor } from 'metatorch';
const w: Tensor = torch.tensor([1, 2, 3], { requiresGrad: true });
const [first] = torch.grad(w.pow(3).sum(), [w], { createGraph: true });
const [second] = torch.grad(first.sum(), [w]);
console.log('second derivative ' + String(second.tolist()));`,
    },
    build: [`${MODULES}/typescript/bin/tsc`, '-p', '.'],
    command: ['typescript-out/typescript.mjs'],
    expected: RESULT,
  },
  {
    name: 'Jest',
    files: {
      'jest.config.js': "module.exports = { testMatch: ['**/*.jest.js'] };",
      'second.jest.js': `${REQUIRE}${TEST}`,
    },
    command: [`${MODULES}/jest/bin/jest.js`, '--ci', '--silent'],
    expected: '1 passed',
  },
  {
    name: 'Vitest',
    files: {
      'vitest.config.mjs': "export default { test: { include: ['*.vitest.mjs'] } };",
      'second.vitest.mjs': `import { torch } from 'metatorch';\nimport { expect, test } from 'vitest';${TEST}`,
    },
    command: [`${MODULES}/vitest/vitest.mjs`, 'run', '--no-color'],
    expected: '1 passed',
  },
  {
    name: 'worker threads',
    files: {
      'worker.cjs': `const { isMainThread, parentPort, Worker } = require('node:worker_threads');
if (isMainThread) {
  const run = () => new Promise((resolve, reject) => new Worker(__filename).on('message', resolve).on('error', reject));
  Promise.all([run(), run()]).then(([a, b]) => console.log(a === b && 'second derivative ' + a));
} else {
  ${REQUIRE}${SECOND}
  parentPort.postMessage(String(second.tolist()));
}`,
    },
    command: ['worker.cjs'],
    expected: RESULT,
  },
  {
    name: 'child_process.fork',
    files: {
      'fork.cjs': `if (process.send === undefined) {
  require('node:child_process').fork(__filename).on('message', (text) => console.log('second derivative ' + text));
} else {
  ${REQUIRE}${SECOND}
  process.send(String(second.tolist()), () => process.disconnect());
}`,
    },
    command: ['fork.cjs'],
    expected: RESULT,
  },
  {
    name: 'cluster',
    files: {
      'cluster.cjs': `const cluster = require('node:cluster');
if (cluster.isPrimary) {
  const done = [];
  cluster.on('message', (_, text) => done.push(text) === 2 && console.log('second derivative ' + done[0]));
  for (let i = 0; i < 2; i++) cluster.fork();
} else {
  ${REQUIRE}${SECOND}
  process.send(String(second.tolist()), () => process.disconnect());
}`,
    },
    command: ['cluster.cjs'],
    expected: RESULT,
  },
  {
    name: 'esbuild, external',
    files: { 'esbuild.cjs': `${REQUIRE}${SECOND}\n${PRINT}` },
    build: [
      `${MODULES}/esbuild/bin/esbuild`,
      'esbuild.cjs',
      '--bundle',
      '--platform=node',
      '--external:metatorch',
      '--outfile=esbuild-out.cjs',
      '--log-level=warning',
    ],
    command: ['esbuild-out.cjs'],
    expected: RESULT,
  },
  {
    name: 'webpack, external',
    files: {
      'webpack.cjs': `${REQUIRE}${SECOND}\n${PRINT}`,
      'webpack.build.cjs': `require('webpack')({
  entry: './webpack.cjs', mode: 'production', target: 'node', context: __dirname,
  externals: { metatorch: 'commonjs metatorch' },
  output: { path: require('node:path').join(__dirname, 'webpack-out'), filename: 'main.cjs' },
}, (error, stats) => {
  if (error || stats.hasErrors()) { console.error(error || stats.toString()); process.exitCode = 1; }
});`,
    },
    build: ['webpack.build.cjs'],
    command: ['webpack-out/main.cjs'],
    expected: RESULT,
  },
  {
    name: '@vercel/nft',
    files: {
      'traced.cjs': `${REQUIRE}${SECOND}\n${PRINT}`,
      'trace.cjs': `const fs = require('node:fs');
const path = require('node:path');
const { nodeFileTrace } = require('@vercel/nft');
nodeFileTrace([path.join(__dirname, 'traced.cjs')], { base: __dirname }).then(({ fileList }) => {
  fs.rmSync('traced-out', { recursive: true, force: true });
  for (const file of fileList) {
    fs.mkdirSync(path.dirname(path.join('traced-out', file)), { recursive: true });
    fs.linkSync(file, path.join('traced-out', file));
  }
  // Away from the installation, which Node.js would find in the folder above.
  fs.rmSync(path.join('..', 'traced'), { recursive: true, force: true });
  fs.renameSync('traced-out', path.join('..', 'traced'));
});`,
    },
    build: ['trace.cjs'],
    command: [path.join('..', 'traced', 'traced.cjs')],
    expected: RESULT,
  },
  {
    name: 'esbuild, bundled in',
    files: { 'bundled.cjs': `${REQUIRE}${SECOND}\n${PRINT}` },
    build: [
      `${MODULES}/esbuild/bin/esbuild`,
      'bundled.cjs',
      '--bundle',
      '--platform=node',
      '--outfile=bundled-out/main.cjs',
      '--log-level=error',
    ],
    command: ['bundled-out/main.cjs'],
    expected: 'make the package external',
    fails: true,
  },
  {
    name: 'another platform',
    files: {
      'platform.cjs': `Object.defineProperty(process, 'platform', { value: 'win32' });
${REQUIRE}${SECOND}`,
    },
    command: ['platform.cjs'],
    expected: 'metatorch does not run on Windows',
    fails: true,
  },
  {
    name: 'metatorch doctor',
    files: {},
    command: [`${MODULES}/metatorch/dist/cli/main.js`, 'doctor'],
    expected: 'Nothing is wrong.',
  },
];

/** From examples to a label, with the encoder that comes with the package. */
const FIRST_PREDICTION = {
  name: 'first prediction',
  files: {
    'predict.mjs': `import { FewShotClassifier } from 'metatorch';
const classifier = await FewShotClassifier.fit({
  card_lost: ['I lost my card', 'my card is gone', 'someone stole my card'],
  top_up: ['how do I add money', 'top up my account', 'put money on my card'],
});
console.log((await classifier.predict('where is my card?')).label);
await classifier.close();`,
  },
  command: ['predict.mjs'],
  expected: 'card_lost',
};

module.exports = { FIRST_PREDICTION, PROGRAMS };
