import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  loadEncoder,
  loadEncoderSync,
  loadWordVectors,
  openEncoder,
  SentenceEncoder,
  saveWordVectors,
} from '../../../lib/text';
import { mapTree, torch } from '../../../lib/torch';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'metatorch-encoders-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const tiny = join(__dirname, '../../fixtures/encoders/bert');

async function wordVectors(): Promise<string> {
  const file = join(folder, 'vectors.txt');
  writeFileSync(file, 'card 1 0 0\nmoney 0 1 0\nrain 0 0 1\n');
  const model = await loadWordVectors(file);
  saveWordVectors(model, join(folder, 'words'));
  return join(folder, 'words');
}

test('loads what comes with the package, a folder of Hugging Face, and word vectors', async () => {
  using use = await loadEncoder();
  using bert = await loadEncoder(tiny);
  using words = await loadEncoder(await wordVectors());
  const kinds = [use, bert, words].map(({ spec }) => spec.kind);
  expect(kinds).toEqual(['use-lite', 'hugging-face', 'word-vectors']);
  expect([use.dimensions, bert.dimensions, words.dimensions]).toEqual([512, 16, 3]);
});

test('each opens again on its own parameters, and says the same', async () => {
  for (const source of ['use-lite', tiny, await wordVectors()]) {
    using encoder: SentenceEncoder = loadEncoderSync(source);
    const params = mapTree(
      ([tensor]) => torch.fromShared(tensor.share({ uses: 1 })),
      encoder.params,
    );
    const spec = structuredClone(encoder.spec);
    using again = openEncoder(spec, params);
    using a = encoder.encodeSync(['my card', 'rain on my card']);
    using b = again.encodeSync(['my card', 'rain on my card']);
    expect(a.equal(b)).toBe(true);
    expect(again.fingerprint).toBe(encoder.fingerprint);
  }
});

test('says what it expected where there is no such encoder', async () => {
  await expect(loadEncoder('nowhere')).rejects.toThrow(
    "Cannot load the encoder nowhere: expected 'use-lite', a folder, or a name on the Hugging Face Hub, owner/model",
  );
  for (const path of ['/etc/passwd/x', 'a\0b', '']) {
    await expect(loadEncoder(path)).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
  }
  expect(() => loadEncoderSync('owner/model')).toThrow('loadEncoder downloads by name');
  await expect(loadEncoder('owner/model', { offline: true })).rejects.toMatchObject({
    code: 'ERR_TORCH_DOWNLOAD',
  });
  await expect(loadEncoder(3 as never)).rejects.toThrow('Expected a string for source');
  await expect(loadEncoder(await wordVectors(), { precision: 'int8' })).rejects.toThrow(
    "Expected 'float32' for an encoder without linear layers",
  );
  await expect(loadEncoder('use-lite', { precision: 'int4' as never })).rejects.toThrow("'int8'");
  expect(() => openEncoder({ kind: 'other' }, [])).toThrow("'use-lite', 'hugging-face' or");
});

test.each(['int8', 'float16'] as const)(
  'USE-lite in %s is near float32, and opens again',
  (precision) => {
    using exact = loadEncoderSync('use-lite');
    using narrow = loadEncoderSync('use-lite', { precision });
    const texts = ['my card is gone', 'rain on my card', 'how do I top up?'];
    using a = exact.encodeSync(texts);
    using b = narrow.encodeSync(texts);
    expect(torch.cosineSimilarity(a, b, -1).min().item()).toBeGreaterThan(0.99);
    expect(a.equal(b)).toBe(false);
    expect(narrow.fingerprint).not.toBe(exact.fingerprint);
    // As before there were precisions: what is saved with it stays valid.
    expect(exact.spec).toEqual({ kind: 'use-lite', maxLength: 128 });
    const params = mapTree(([own]) => own.clone(), narrow.params);
    using again = openEncoder(structuredClone(narrow.spec), params);
    using c = again.encodeSync(texts);
    expect(c.equal(b)).toBe(true);
  },
);

test('word vectors know their folder, which does not decide on what texts become', async () => {
  const source = await wordVectors();
  using whole = await loadEncoder(source);
  expect(whole.spec.folder).toBe(source);
  using file = new SentenceEncoder(await loadWordVectors(join(folder, 'vectors.txt')));
  expect(file.fingerprint).toBe(whole.fingerprint);
  using short = await loadEncoder(source, { maxLength: 1 });
  expect(short.maxLength).toBe(1);
  using first = short.encodeSync(['money rain']);
  expect(first.tolist()).toEqual([[0, 1, 0]]);
  expect(short.fingerprint).not.toBe(whole.fingerprint);
});
