import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Tensor, type Tree, torch } from '../../lib/torch';
import { openSafetensors, writeSafetensors } from '../../lib/torch/safetensors';
import { flattenTree, unflattenTree } from '../../lib/torch/tree';
import { loadCheckpoint, saveCheckpoint } from '../../lib/train/checkpoint';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const schema = z.strictObject({ width: z.number(), names: z.array(z.string()).default([]) });
const config = { width: 2, names: ['a', 'é'] };
const modelPath = () => join(folder(), 'model.safetensors');
const configPath = () => join(folder(), 'config.json');
const fileError = (path: string) => expect.objectContaining({ code: 'ERR_TORCH_FILE', path });

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

function alterConfig(alter: (content: Record<string, unknown>) => void): void {
  const content: Record<string, unknown> = JSON.parse(readFileSync(configPath(), 'utf8'));
  alter(content);
  writeFileSync(configPath(), JSON.stringify(content));
}

const load = () => loadCheckpoint(folder(), schema);

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
    version: 1,
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

test('leaves no tensors behind when it refuses', () => {
  saveCheckpoint(folder(), { params: params(), config });
  alterConfig((content) => {
    content.structure = {};
  });
  const { tensors } = torch.memory();
  expect(load).toThrow(fileError(configPath()));
  expect(torch.memory().tensors).toBe(tensors);
});

test.each([['config.json'], ['model.safetensors']])('refuses a missing %s', (name) => {
  saveCheckpoint(folder(), { params: params(), config });
  renameSync(join(folder(), name), join(folder(), 'away'));
  expect(load).toThrow(fileError(join(folder(), name)));
  expect(load).toThrow(/expected .* no such file/);
});

test.each([['config.json'], ['model.safetensors']])('refuses %s cut at any length', (name) => {
  saveCheckpoint(folder(), { params: { a: torch.tensor([1]) }, config });
  const path = join(folder(), name);
  // The last byte of the config is a new line, without which it is whole.
  const whole = readFileSync(path).length - (name === 'config.json' ? 1 : 0);
  for (let length = whole - 1; length >= 0; length--) {
    truncateSync(path, length);
    expect(load).toThrow(fileError(path));
  }
});

test('refuses tensors of another checkpoint, and altered ones', () => {
  const path = modelPath();
  saveCheckpoint(folder(), { params: { a: torch.tensor([1]) }, config });
  writeSafetensors(path, { a: torch.tensor([2]) }, { format: 'metatorch-checkpoint' });
  expect(load).toThrow(fileError(path));
  expect(load).toThrow(/expected the tensors that .*config\.json describes, sha256/);
});

test.each<[string, Record<string, unknown>, string]>([
  ['another format', { format: 'other' }, "expected format 'metatorch-checkpoint' of version 1"],
  ['a later version', { version: 2 }, "expected format 'metatorch-checkpoint' of version 1"],
  ['no version', { version: undefined }, "expected format 'metatorch-checkpoint' of version 1"],
  ['no digest', { sha256: undefined }, 'expected the description of a checkpoint'],
  ['a digest that is none', { sha256: 'x' }, 'expected 64 hexadecimal digits'],
  ['a config that does not fit', { config: { width: 'x' } }, 'expected a config that fits'],
  ['no config', { config: undefined }, 'expected the description of a checkpoint'],
  ['no structure', { structure: undefined }, 'expected the description of a checkpoint'],
  ['a number in the structure', { structure: { a: 1 } }, 'the name of a tensor of its own'],
  ['an unknown tensor', { structure: { a: 'a', b: 'b' } }, 'found "b"'],
  ['an inherited name', { structure: { a: 'a', b: 'toString' } }, 'found "toString"'],
  ['a tensor twice', { structure: { a: 'a', b: 'a' } }, 'found "a"'],
  ['a tensor without a place', { structure: {} }, 'found none for a'],
])('refuses a description with %s', (_, change, message) => {
  saveCheckpoint(folder(), { params: { a: torch.tensor([1]) }, config });
  alterConfig((content) => Object.assign(content, change));
  expect(load).toThrow(fileError(configPath()));
  expect(load).toThrow(message);
});

test('refuses a structure that nests without end', () => {
  saveCheckpoint(folder(), { params: { a: torch.tensor([1]) }, config });
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const text = readFileSync(configPath(), 'utf8').replace(
    /"structure": \{[^}]*\}/,
    `"structure": ${deep}`,
  );
  writeFileSync(configPath(), text);
  expect(load).toThrow(fileError(configPath()));
  expect(load).toThrow('at most 500 levels');
});

test.each(['null', '[]', '1', '"x"', '{"format"'])('refuses %s as a description', (text) => {
  saveCheckpoint(folder(), { params: {}, config });
  writeFileSync(configPath(), text);
  expect(load).toThrow(fileError(configPath()));
});

describe('saving refuses', () => {
  test.each([
    ['a list', []],
    ['nan', { a: Number.NaN }],
    ['undefined', { a: undefined }],
    ['a date', { a: new Date(0) }],
    ['a bigint', { a: 1n }],
  ])('%s as config', (_, value) => {
    expect(() => saveCheckpoint(folder(), { params: {}, config: Object(value) })).toThrow(
      'Expected a JSON object for config',
    );
    expect(readdirSync(folder())).toEqual([]);
  });

  test('two tensors of one path', () => {
    const ambiguous = { 'a.b': torch.tensor([1]), a: { b: torch.tensor([2]) } };
    expect(() => saveCheckpoint(folder(), { params: ambiguous, config })).toThrow(
      'a path of its own for each tensor',
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

test('leaves no temporary file when the last step fails', () => {
  mkdirSync(configPath());
  writeFileSync(join(configPath(), 'x'), '');
  expect(() => saveCheckpoint(folder(), { params: params(), config })).toThrow(
    fileError(configPath()),
  );
  expect(readdirSync(folder()).sort()).toEqual(['config.json', 'model.safetensors']);
});
