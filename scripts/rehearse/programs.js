const { BUNDLED } = require('./bundlers');
const { DEPLOYED } = require('./deployments');
const {
  CLASSIFY,
  LABELLED,
  MODULES,
  PRINT,
  QUESTION,
  REQUIRE,
  RESULT,
  SECOND,
} = require('./derivative');
const { RUNTIMES } = require('./runtimes');

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

/** @type {readonly import('./derivative').Program[]} */
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
  ...BUNDLED,
  ...DEPLOYED,
  ...RUNTIMES,
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
    'predict.mjs': `import { FewShotClassifier } from 'metatorch';${CLASSIFY}\nconsole.log(await labelOf('${QUESTION}'));`,
  },
  command: ['predict.mjs'],
  expected: LABELLED,
};

module.exports = { FIRST_PREDICTION, PROGRAMS };
