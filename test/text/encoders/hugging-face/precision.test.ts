import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadHuggingFace, openHuggingFace } from '../../../../lib/text/encoders/hugging-face';
import { leaves, mapTree, type Tensor, torch } from '../../../../lib/torch';

const TINY = join(__dirname, '../../../fixtures/encoders/bert');
const MINILM = join(__dirname, '../../../../../shared/data/encoders/all-MiniLM-L6-v2');
const present = existsSync(MINILM);
if (!present) console.log(`all-MiniLM-L6-v2 is not tested: ${MINILM} is absent`);

const bytesOf = (tree: Parameters<typeof leaves>[0]): number =>
  leaves(tree).reduce((sum, tensor) => sum + tensor.data().byteLength, 0);

/** The greatest difference and the least cosine of vectors, `[n, D]`. */
function compare(found: Tensor, exact: Tensor): { far: number; cosine: number } {
  const far = Number(found.sub(exact).abs().max().item());
  const cosine = Number(torch.cosineSimilarity(found, exact, -1).min().item());
  return { far, cosine };
}

const folders = present ? [TINY, MINILM] : [TINY];
describe.each(folders)('%s', (folder) => {
  const exact = loadHuggingFace(folder);
  const texts = (
    folder === TINY
      ? ['the cat sat on the mat', 'a dog', 'cats and dogs, the mats & the cat', '']
      : (
          JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as {
            cases: { text: string }[];
          }
        ).cases.map(({ text }) => text)
  ).map((text) => exact.tokenize(text));
  const expected = exact.embed(exact.params, texts);

  test.each([
    ['float16', 2e-3, 0.99999],
    ['int8', 0.05, 0.99],
  ] as const)('%s is near float32', (precision, far, cosine) => {
    const encoder = loadHuggingFace(folder, { precision });
    const found = compare(encoder.embed(encoder.params, texts), expected);
    expect(found.far).toBeLessThan(far);
    expect(found.cosine).toBeGreaterThan(cosine);
    expect(encoder.fingerprint).not.toBe(exact.fingerprint);
    expect(encoder.spec.precision).toBe(precision);
    expect(bytesOf(encoder.params)).toBeLessThan(bytesOf(exact.params));
  });

  test.each(['float16', 'int8'] as const)('%s opens again from shared parameters', (precision) => {
    const encoder = loadHuggingFace(folder, { precision });
    const shared = mapTree(([own]) => torch.fromShared(own.share()), encoder.params);
    const again = openHuggingFace(structuredClone(encoder.spec), shared);
    const vectors = encoder.embed(encoder.params, texts);
    expect(again.embed(shared, texts).equal(vectors)).toBe(true);
    // Parameters that it was not opened with are prepared on the spot.
    expect(encoder.embed(shared, texts).equal(vectors)).toBe(true);
    // @ts-expect-error A number is no sum of files.
    const foreign = () => openHuggingFace({ ...encoder.spec, files: 1 }, shared);
    expect(foreign).toThrow('a string for spec.files of openHuggingFace');
  });
});

test('in int8 a text’s vector does not depend on the others of its batch', () => {
  const encoder = loadHuggingFace(TINY, { precision: 'int8' });
  const texts = ['the cat sat on the mat', 'a dog', ''].map((text) => encoder.tokenize(text));
  const together = encoder.embed(encoder.params, texts);
  const alone = torch.cat(texts.map((ids) => encoder.embed(encoder.params, [ids])));
  expect(compare(together, alone).far).toBeLessThan(1e-6);
});

test('narrow parameters do not train', () => {
  const encoder = loadHuggingFace(TINY, { precision: 'int8' });
  const batch = encoder.vectorizer.vectorize(['a dog']);
  expect(() => encoder.layer.apply(encoder.params, batch)).toThrow('scales');
});

test('refuses parameters of another precision than the spec’s', () => {
  const [exact, narrow] = [loadHuggingFace(TINY), loadHuggingFace(TINY, { precision: 'int8' })];
  for (const [spec, params] of [
    [exact.spec, narrow.params],
    [narrow.spec, exact.params],
  ] as const) {
    expect(() => openHuggingFace(spec, params)).toThrow('the weights of an encoder of that');
  }
});

test('refuses other precisions', () => {
  expect(() => loadHuggingFace(TINY, { precision: 'int4' as never })).toThrow(
    "'float32' or 'float16' or 'int8' for precision of loadHuggingFace",
  );
});
