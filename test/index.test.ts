import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as metatorch from '../lib';
import { meta, nn, optim, text, train } from '../lib';

const ROOT = join(__dirname, '..');
const NAMES = [
  'ArgumentRangeError',
  'ArgumentTypeError',
  'DTYPES',
  'EncoderPool',
  'FewShotClassifier',
  'Generator',
  'GradFn',
  'HookHandle',
  'Tensor',
  'TorchError',
  'disposeTree',
  'flattenTree',
  'inspectExamples',
  'isTensor',
  'leaves',
  'mapTree',
  'meta',
  'nn',
  'openNpz',
  'openSafetensors',
  'optim',
  'parseNpy',
  'readNpy',
  'readNpz',
  'readSafetensors',
  'serializeNpy',
  'serializeSafetensors',
  'serve',
  'text',
  'torch',
  'train',
  'unflattenTree',
  'writeNpy',
  'writeNpz',
  'writeSafetensors',
];

/** Runs a program of the given kind and returns what it printed. */
function run(kind: 'commonjs' | 'module', program: string): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`--input-type=${kind}`, '--eval', program],
    { encoding: 'utf8', cwd: ROOT },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.trim();
}

test('exports what is public, and nothing else', () => {
  expect(Object.keys(metatorch).sort()).toEqual(NAMES);
});

test.each([
  ['nn', nn, ['dropout', 'embedding', 'layerNorm', 'linear', 'meanPooling', 'mlp', 'sequential']],
  ['optim', optim, ['adam', 'adamW', 'clipByGlobalNorm', 'cosineDecay', 'rmsprop', 'sgd']],
  ['meta', meta, ['IGNORED', 'maml', 'metaGradient', 'nearestClassMean', 'prototypical']],
  [
    'text',
    text,
    ['EpisodeSampler', 'TextClassifier', 'VocabularyVectorizer', 'Vocabulary', 'loadWordNet'],
  ],
  ['train', train, ['evaluate', 'loadCheckpoint', 'loadTextModel', 'progressLogger', 'train']],
] as const)('%s holds its layer', (_, layer, names) => {
  expect(Object.keys(layer)).toEqual(expect.arrayContaining([...names]));
});

// A package may import itself by its name, through the same `exports` that users meet.
const sum = 'torch.tensor([1, 2]).sum().item()';

test('can be required', () => {
  const program = `const { torch, ...rest } = require('metatorch');
    console.log(${sum}, ['torch', ...Object.keys(rest)].sort().join());`;
  expect(run('commonjs', program)).toBe(`3 ${NAMES.join()}`);
});

test('can be imported by name from an ES module', () => {
  const url = pathToFileURL(join(ROOT, 'dist', 'index.js')).href;
  const program = `import { ${NAMES.join(', ')} } from '${url}';
    import { torch as same } from 'metatorch/torch';
    import * as all from 'metatorch';
    const missing = ${JSON.stringify(NAMES)}.filter((name) => all[name] === undefined);
    console.log(${sum}, same === torch, same.zeros([1]) instanceof Tensor, missing.length);
    console.log(typeof meta.maml, typeof train.train, typeof text.VocabularyVectorizer, typeof nn.mlp);`;
  expect(run('module', program)).toBe('3 true true 0\nfunction function function function');
});

const ENTRIES = ['torch', 'nn', 'optim', 'meta', 'text', 'train', 'serve', 'testing'];

test.each(['', ...ENTRIES.map((entry) => `/${entry}`)])(
  'metatorch%s is one module for ES modules and CommonJS, with every name',
  (entry) => {
    const program = `import { createRequire } from 'node:module';
      import * as imported from 'metatorch${entry}';
      const required = createRequire(import.meta.url)('metatorch${entry}');
      const names = Object.keys(required);
      const other = names.filter((name) => imported[name] !== required[name]);
      const missing = names.filter((name) => !Object.hasOwn(imported, name));
      console.log(names.length > 0, other.join(), missing.join());`;
    expect(run('module', program)).toBe('true');
  },
);

test('every entry has its types for each way to resolve modules', () => {
  const { exports, typesVersions } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(Object.keys(exports)).toEqual([
    '.',
    ...ENTRIES.map((entry) => `./${entry}`),
    './package.json',
  ]);
  for (const entry of ENTRIES) {
    const { types, default: file } = exports[`./${entry}`];
    expect(typesVersions['*'][entry]).toEqual([types]);
    expect([types, file].every((path) => existsSync(join(ROOT, path)))).toBe(true);
  }
});

test('hides what is not public', () => {
  const program = `import('metatorch/dist/native.js').catch(({ code }) => console.log(code));`;
  expect(run('module', program)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
});
