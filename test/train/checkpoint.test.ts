import fs, { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Tensor, type Tree, torch } from '../../lib/torch';
import { openSafetensors } from '../../lib/torch/files/safetensors';
import { flattenTree, unflattenTree } from '../../lib/torch/tree';
import { saveCheckpoint } from '../../lib/train/checkpoint';
import { config, configPath, fileError, folder, load, modelPath } from './checkpoint-files';

function params() {
  return {
    encoder: [
      { weight: torch.tensor([[1, 2]], { requiresGrad: true }), bias: torch.tensor([3n]) },
      {},
      { weight: torch.tensor([true]) },
    ],
    head: { 0: torch.tensor([4]), 1: torch.tensor([5]) },
    empty: [],
  };
}

/** Tensors as lists, and all else as it is. */
function plain(tree: Tree): unknown {
  if (Array.isArray(tree)) return tree.map(plain);
  if ('tolist' in tree && typeof tree.tolist === 'function') return (tree as Tensor).tolist();
  return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, plain(child)]));
}

test('comes back with the structure, the values and the config that were saved', () => {
  saveCheckpoint(folder(), { params: params(), config });
  const loaded = load();
  expect(plain(loaded.params)).toEqual(plain(params()));
  expect(loaded.config).toEqual(config);
  expect(flattenTree(loaded.params)['encoder.0.weight']?.requiresGrad).toBe(false);
  const like = params();
  expect(unflattenTree(flattenTree(loaded.params), like).head[1].tolist()).toEqual([5]);
});

test.each<[string, () => Tree]>([
  ['one tensor', () => torch.tensor([1])],
  ['a list', () => [torch.tensor([1]), [torch.tensor([2])]]],
  ['nothing', () => ({})],
  ['keys with dots', () => ({ 'a.b': torch.tensor([1]), a: { c: torch.tensor([2]) } })],
  ['an empty key', () => ({ '': { '': torch.tensor([1]) } })],
])('keeps %s exactly', (_, make) => {
  saveCheckpoint(folder(), { params: make(), config });
  expect(plain(load().params)).toEqual(plain(make()));
});

test('is two files, readable by others', () => {
  saveCheckpoint(folder(), { params: params(), config });
  expect(readdirSync(folder()).sort()).toEqual(['config.json', 'model.safetensors']);
  const file = openSafetensors(modelPath());
  expect({ ...file.metadata }).toEqual({ format: 'metatorch-checkpoint' });
  expect(file.keys().sort()).toEqual([
    'encoder.0.bias',
    'encoder.0.weight',
    'encoder.2.weight',
    'head.0',
    'head.1',
  ]);
  file.close();
  expect(JSON.parse(readFileSync(configPath(), 'utf8'))).toEqual({
    format: 'metatorch-checkpoint',
    version: 2,
    checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    metatorch: expect.stringMatching(/^\d+\.\d+\.\d+/),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    structure: {
      encoder: [
        { weight: 'encoder.0.weight', bias: 'encoder.0.bias' },
        {},
        { weight: 'encoder.2.weight' },
      ],
      head: { 0: 'head.0', 1: 'head.1' },
      empty: [],
    },
    config,
  });
});

test('is the same bytes for the same model', () => {
  const read = () => [readFileSync(modelPath(), 'hex'), readFileSync(configPath(), 'hex')];
  saveCheckpoint(folder(), { params: params(), config });
  const first = read();
  saveCheckpoint(folder(), { params: params(), config });
  expect(read()).toEqual(first);
});

test('transforms the config by the schema', () => {
  saveCheckpoint(folder(), { params: {}, config: { width: 1 } });
  expect(load().config).toEqual({ width: 1, names: [] });
});

function circular(): object {
  const own: Record<string, unknown> = { list: [] };
  own.list = [own];
  return own;
}

function nested(levels: number): unknown {
  let inner: unknown = 1;
  for (let level = 0; level < levels; level++) inner = [inner];
  return inner;
}

describe('saving refuses', () => {
  test.each([
    ['a list', []],
    ['nan', { a: Number.NaN }],
    ['undefined', { a: undefined }],
    ['a date', { a: new Date(0) }],
    ['a bigint', { a: 1n }],
    ['what holds itself', circular()],
    ['2³² holes', { a: new Array(2 ** 32 - 1) }],
    ['lists in one another without end', { a: nested(20_000) }],
  ])('%s as config', (_, value) => {
    expect(() => saveCheckpoint(folder(), { params: {}, config: Object(value) })).toThrow(
      'Expected a JSON object for config',
    );
    expect(readdirSync(folder())).toEqual([]);
  });

  test('two tensors of one path', () => {
    const ambiguous = { 'a.b': torch.tensor([1]), a: { b: torch.tensor([2]) } };
    expect(() => saveCheckpoint(folder(), { params: ambiguous, config })).toThrow(
      "Expected one tensor named 'a.b' but received two",
    );
    expect(readdirSync(folder())).toEqual([]);
  });

  test('a tree that it could not load', () => {
    let tree: Tree = torch.tensor([1]);
    for (let level = 0; level < 501; level++) tree = [tree];
    expect(() => saveCheckpoint(folder(), { params: tree, config })).toThrow(
      'Expected a tree of at most 500 levels for params',
    );
    expect(readdirSync(folder())).toEqual([]);
  });

  test('a folder that is not there', () => {
    const missing = join(folder(), 'missing');
    expect(() => saveCheckpoint(missing, { params: {}, config })).toThrow(
      fileError(join(missing, 'model.safetensors')),
    );
  });
});

test('keeps the old checkpoint when a new one cannot be written', () => {
  saveCheckpoint(folder(), { params: params(), config });
  const gone = torch.tensor([1]);
  const broken = { a: torch.tensor([1]), gone };
  gone.dispose();
  expect(() => saveCheckpoint(folder(), { params: broken, config })).toThrow();
  expect(readdirSync(folder()).sort()).toEqual(['config.json', 'model.safetensors']);
  expect(plain(load().params)).toEqual(plain(params()));
});

test('leaves the folder as it was when the config cannot be written', () => {
  mkdirSync(configPath());
  writeFileSync(join(configPath(), 'x'), '');
  expect(() => saveCheckpoint(folder(), { params: params(), config })).toThrow(
    fileError(configPath()),
  );
  expect(readdirSync(folder()).sort()).toEqual(['config.json']);
});

describe('a crash while a checkpoint is replaced', () => {
  const one = () => ({ a: torch.tensor([1]) });
  const two = () => ({ a: torch.tensor([2]) });
  const read = () => flattenTree(load().params).a?.tolist();

  afterEach(() => jest.restoreAllMocks());

  /** Ends an action in the middle, as a crash does: nothing is tidied up after it. */
  function crashAfter(renames: number, action: () => void): void {
    const { renameSync, rmSync } = fs;
    let made = 0;
    jest.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (made++ >= renames) throw new Error('crashed');
      renameSync(from, to);
    });
    jest.spyOn(fs, 'rmSync').mockImplementation((path, options) => {
      if (made <= renames) rmSync(path, options);
    });
    const attempt = expect(action);
    if (renames < 3) attempt.toThrow('crashed');
    else attempt.not.toThrow();
    jest.restoreAllMocks();
  }

  test.each([0, 1, 2, 3])('after %i changes of the folder leaves one that loads', (changes) => {
    saveCheckpoint(folder(), { params: one(), config });
    crashAfter(changes, () => saveCheckpoint(folder(), { params: two(), config }));
    expect(read()).toEqual(changes < 2 ? [1] : [2]);
    saveCheckpoint(folder(), { params: one(), config });
    expect(read()).toEqual([1]);
  });
});
