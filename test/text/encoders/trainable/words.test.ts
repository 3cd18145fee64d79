import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text, torch } from '../../../../lib';
import type { TokenBatch } from '../../../../lib/text';
import { fnv1a, ngramsOf } from '../../../../lib/text/encoders/trainable/character-ngrams';
import { flattenTree, type Tree } from '../../../../lib/torch';
import { temporaryFolder } from '../../../helpers/folders';
import { numbers } from '../../../helpers/gradients';

const { mean, transformer, characters, hashed } = text.TRAINABLE_ENCODERS;

const folder = temporaryFolder();

function vectorFile(): string {
  const path = join(folder(), 'vectors.txt');
  writeFileSync(path, 'card 1 2\nmoney 3 4\nlost 5 6\n');
  return path;
}

const rowsOf = (encoder: text.TrainableEncoder, of: string): number[] => {
  const { ids } = encoder.vectorizer.vectorize([of]) as TokenBatch;
  return Array.from(ids.flatten().data(), Number);
};

const tableOf = (params: Tree): number[][] => {
  const own = flattenTree(params);
  const table = own['embedding.weight'] ?? own['embeddings.words.weight'];
  return Array.from({ length: table?.size(0) ?? 0 }, (_, i) =>
    table === undefined ? [] : numbers(table.select(0, i)),
  );
};

test('words start from a file, those that the texts lack as well', async () => {
  const vectors = vectorFile();
  const options = mean.check({ vectors }, 'encoder', 'fit');
  const encoder = await mean.build(options, ['my card is lost']);
  expect(encoder.dimensions).toBe(2);
  const table = tableOf(encoder.layer.init(torch.generator(1)));
  const rows = rowsOf(encoder, 'card money lost');
  expect(rows.map((row) => table[row])).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(table[0]).toEqual([0, 0]);
  const [is = 0, unseen] = rowsOf(encoder, 'is unseen');
  expect(unseen).toBe(1);
  expect(table[is]?.every((value) => value !== 0 && Math.abs(value) < 20)).toBe(true);
  // A saved one needs no file.
  const state = JSON.parse(JSON.stringify(encoder.state));
  const again = await mean.restore({ ...options, vectors: join(folder(), 'gone.txt') }, state);
  expect(rowsOf(again, 'card money lost is unseen')).toEqual([...rows, is, 1]);
  encoder.dispose();
});

test('a Transformer starts from a file too', async () => {
  const vectors = vectorFile();
  const options = transformer.check({ vectors, heads: 1 }, 'encoder', 'fit');
  const encoder = await transformer.build(options, ['my card is lost']);
  const table = tableOf(encoder.layer.init(torch.generator(1)));
  expect(rowsOf(encoder, 'money').map((row) => table[row])).toEqual([[3, 4]]);
  encoder.dispose();
});

test('refuses a file of another size, or that is not there', async () => {
  const vectors = vectorFile();
  const build = (options: object) => mean.build(mean.check(options, 'encoder', 'fit'), ['a']);
  await expect(build({ vectors, dimensions: 3 })).rejects.toThrow(
    /Expected 2, the size of the vectors in .*, for dimensions of mean but received number 3/,
  );
  await expect(build({ vectors: join(folder(), 'gone.txt') })).rejects.toThrow(/Cannot read/);
});

test('words below the least count are unknown, and texts end at the longest length', async () => {
  const options = mean.check({ minCount: 2, maxLength: 3 }, 'encoder', 'fit');
  const encoder = await mean.build(options, ['a a b', 'c']);
  expect(rowsOf(encoder, 'a b c a')).toEqual([3, 1, 1]);
});

test('characters: blanks are one, and begin and end a text', async () => {
  const options = characters.check({}, 'encoder', 'fit');
  const encoder = await characters.build(options, ['ab ba']);
  expect(rowsOf(encoder, 'ab')).toEqual(rowsOf(encoder, '  AB\n'));
  expect(rowsOf(encoder, 'a \t b')).toEqual(rowsOf(encoder, 'a b'));
  expect(rowsOf(encoder, 'aß')).toEqual([
    ...rowsOf(encoder, 'a').slice(0, 2),
    1,
    ...rowsOf(encoder, 'a').slice(2),
  ]);
});

test('FNV-1a has its published values', () => {
  expect(fnv1a('')).toBe(0x811c9dc5);
  expect(fnv1a('a')).toBe(0xe40c292c);
  expect(fnv1a('foobar')).toBe(0xbf9cf968);
});

test('a word is its own number and those of its n-grams', () => {
  const options = { shortest: 3, longest: 4, buckets: 2 ** 32 };
  expect(ngramsOf('card', options)).toEqual(
    ['<card>', '<ca', 'car', 'ard', 'rd>', '<car', 'card', 'ard>'].map(fnv1a),
  );
  expect(ngramsOf('a', options)).toEqual(['<a>'].map(fnv1a));
  // By characters, not code units.
  expect(ngramsOf('💳', options)).toEqual([fnv1a('<💳>')]);
  // What no word has is not looked for.
  expect(ngramsOf('card', { ...options, longest: 2 ** 53 - 1 })).toHaveLength(10);
});

test('hashed: a misspelt word is nearer than another', async () => {
  const encoder = await hashed.build(hashed.check({}, 'encoder', 'fit'), []);
  const params = encoder.layer.init(torch.generator(1));
  const x = encoder.layer.apply(
    params,
    encoder.vectorizer.vectorize(['transfer', 'transfre', 'mortgage']),
  );
  const cosine = (i: number, j: number) =>
    Number(x.select(0, i).mul(x.select(0, j)).sum().item()) / encoder.dimensions;
  expect(cosine(0, 1)).toBeGreaterThan(cosine(0, 2) + 0.2);
  expect(() => hashed.check({ shortest: 5, longest: 3 }, 'encoder', 'fit')).toThrow(
    'Expected at least 5, the shortest, for encoder.longest of fit but received number 3',
  );
});
