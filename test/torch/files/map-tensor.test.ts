import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { binding } from '../../../lib/torch/binding';
import { tensorOf } from '../../../lib/torch/tensor';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-map-'));
const file = path.join(folder, 'numbers');
fs.writeFileSync(file, Buffer.from(new Float32Array([1, 2, 3, 4]).buffer));
const open = fs.openSync(file, 'r');
afterAll(() => {
  fs.closeSync(open);
  fs.rmSync(folder, { recursive: true });
});

const map = (position: number, shape: readonly number[]) =>
  tensorOf(binding.mapTensor(open, position, 'float32', shape));

test('maps the elements of a file up to its end', () => {
  expect(map(0, [2, 2]).tolist()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(map(12, [1]).tolist()).toEqual([4]);
});

test.each<readonly [string, number, number[]]>([
  ['one element beyond the end', 0, [5]],
  ['one that begins at the end', 16, [1]],
  ['a position beyond the end', 2 ** 40, [1]],
  ['a negative position', -4, [1]],
  ['a position within an element', 2, [1]],
  ['no elements', 0, [0]],
  ['a negative size', 0, [-1]],
  ['sizes whose product overflows', 0, [2 ** 32, 2 ** 32]],
  ['bytes that overflow', 0, [2 ** 62]],
])('refuses %s', (_, position, shape) => {
  expect(() => map(position, shape)).toThrow();
});

test('refuses a file that is not open, and other dtypes', () => {
  expect(() => binding.mapTensor(2 ** 20, 0, 'float32', [1])).toThrow();
  expect(() => binding.mapTensor(open, 0, 'nothing', [1])).toThrow();
});
