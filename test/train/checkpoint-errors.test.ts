import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { torch } from '../../lib/torch';
import { writeSafetensors } from '../../lib/torch/files/safetensors';
import { flattenTree } from '../../lib/torch/tree';
import { saveCheckpoint } from '../../lib/train/checkpoint';
import {
  alterConfig,
  config,
  configPath,
  fileError,
  folder,
  load,
  modelPath,
} from './checkpoint-files';

test('leaves no tensors behind when it refuses', () => {
  saveCheckpoint(folder(), { params: { a: torch.tensor([1]) }, config });
  alterConfig((content) => {
    content.structure = {};
  });
  const { tensors } = torch.memory();
  expect(load).toThrow(fileError(configPath()));
  expect(torch.memory().tensors).toBe(tensors);
});

test.each([['config.json'], ['model.safetensors']])('refuses a missing %s', (name) => {
  saveCheckpoint(folder(), { params: { a: torch.tensor([1]) }, config });
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

test('digests the whole of a large file, and closes it', () => {
  const nextFile = () => {
    const file = openSync(folder(), 'r');
    closeSync(file);
    return file;
  };
  const values = torch.arange(400_000, { dtype: 'float32' });
  saveCheckpoint(folder(), { params: { values }, config });
  const free = nextFile();
  const { params: loaded } = load();
  expect(flattenTree(loaded).values?.data()).toEqual(values.data());
  const bytes = readFileSync(modelPath());
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  writeFileSync(modelPath(), bytes);
  expect(load).toThrow('sha256');
  expect(nextFile()).toBe(free);
});

test('refuses a description whose text is damaged', () => {
  saveCheckpoint(folder(), { params: {}, config });
  const bytes = readFileSync(configPath());
  bytes[bytes.indexOf('é')] = 0xff;
  writeFileSync(configPath(), bytes);
  expect(load).toThrow(fileError(configPath()));
  expect(load).toThrow(/expected JSON but found .*encoded data was not valid/);
});

test('errors tell what caused them', () => {
  saveCheckpoint(folder(), { params: {}, config });
  const causeOf = () => {
    try {
      return load();
    } catch (error) {
      return error instanceof Error ? error.cause : error;
    }
  };
  alterConfig((content) => Object.assign(content, { config: { width: 'x' } }));
  expect(causeOf()).toMatchObject({ issues: [{ path: ['width'] }] });
  renameSync(configPath(), join(folder(), 'away'));
  expect(causeOf()).toMatchObject({ code: 'ENOENT' });
});

test('refuses tensors of another checkpoint, and altered ones', () => {
  const path = modelPath();
  saveCheckpoint(folder(), { params: { a: torch.tensor([1]) }, config });
  writeSafetensors(path, { a: torch.tensor([2]) }, { format: 'metatorch-checkpoint' });
  expect(load).toThrow(fileError(path));
  expect(load).toThrow(/expected the tensors that .*config\.json describes, sha256/);
});

test.each<[string, Record<string, unknown>, string]>([
  ['another format', { format: 'other' }, "expected format 'metatorch-checkpoint' of version 2"],
  ['a later version', { version: 3 }, "expected format 'metatorch-checkpoint' of version 2"],
  ['no version', { version: undefined }, "expected format 'metatorch-checkpoint' of version 2"],
  ['no digest', { sha256: undefined }, 'expected the description of a checkpoint'],
  ['a digest that is none', { sha256: 'x' }, 'Expected 64 hexadecimal digits'],
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

test('refuses a description with one byte changed that is still JSON', () => {
  saveCheckpoint(folder(), { params: { a: torch.tensor([1]) }, config });
  const text = readFileSync(configPath(), 'utf8');
  const ofChecksum = new Set<number>();
  for (let i = 0; i < text.length; i++) {
    const changed = `${text.slice(0, i)}${/\d/.test(text[i] ?? '') ? '7' : 'q'}${text.slice(i + 1)}`;
    if (changed === text) continue;
    writeFileSync(configPath(), changed);
    expect(load).toThrow(fileError(configPath()));
    if (/checksum/.test(errorOf(load))) ofChecksum.add(i);
  }
  // Among them a number, and a letter of a text of the config.
  expect(ofChecksum).toContain(text.indexOf('"width": 2') + '"width": '.length);
  expect(ofChecksum).toContain(text.indexOf('"é"') + 1);
  writeFileSync(configPath(), JSON.stringify(JSON.parse(text)));
  expect(load().config).toEqual(config);
});

function errorOf(action: () => unknown): string {
  try {
    action();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

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
