import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedFeatures, loadEncoderSync, type SentenceEncoder } from '../../../lib/text';

const TEXTS = ['where is my card?', 'top up', ''];
let encoder: SentenceEncoder;
let root: string;
beforeAll(() => {
  encoder = loadEncoderSync();
  root = mkdtempSync(join(tmpdir(), 'metatorch-features-'));
});
afterAll(() => {
  encoder.dispose();
  rmSync(root, { recursive: true });
});

test('vectors are kept, and read where the same texts come again', async () => {
  const folder = join(root, 'new', 'folder');
  using first = await cachedFeatures(encoder, TEXTS, folder);
  const [file = ''] = readdirSync(folder);
  const before = statSync(join(folder, file)).mtimeMs;
  let encoded = 0;
  using again = await cachedFeatures(encoder, TEXTS, folder, { onProgress: () => encoded++ });
  expect(encoded).toBe(0);
  expect(again.equal(first)).toBe(true);
  expect(statSync(join(folder, file)).mtimeMs).toBe(before);
  expect(readdirSync(folder)).toHaveLength(1);
});

test('other texts, another order and another encoder have files of their own', async () => {
  const folder = join(root, 'several');
  const short = loadEncoderSync('use-lite', { maxLength: 2 });
  for (const texts of [TEXTS, [...TEXTS].reverse(), ['a', 'b'], ['a"', '"b'], ['ab']]) {
    (await cachedFeatures(encoder, texts, folder)).dispose();
  }
  (await cachedFeatures(short, TEXTS, folder)).dispose();
  short.dispose();
  expect(readdirSync(folder)).toHaveLength(6);
});

test('a file with other numbers is refused, however few they are', async () => {
  const folder = join(root, 'changed');
  (await cachedFeatures(encoder, TEXTS, folder)).dispose();
  const [file = ''] = readdirSync(folder);
  const bytes = readFileSync(join(folder, file));
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 2) ^ 1, bytes.length - 2);
  writeFileSync(join(folder, file), bytes);
  await expect(cachedFeatures(encoder, TEXTS, folder)).rejects.toThrow(
    /Cannot load .*: expected the vectors that were kept but found numbers that have changed/,
  );
});

test('a damaged file is refused by name, and wrong arguments are', async () => {
  const folder = join(root, 'damaged');
  (await cachedFeatures(encoder, TEXTS, folder)).dispose();
  const [file = ''] = readdirSync(folder);
  truncateSync(join(folder, file), 100);
  await expect(cachedFeatures(encoder, TEXTS, folder)).rejects.toThrow(file);
  const junk: never[] = JSON.parse('[1]');
  await expect(cachedFeatures(encoder, junk, folder)).rejects.toThrow(/texts/);
});
