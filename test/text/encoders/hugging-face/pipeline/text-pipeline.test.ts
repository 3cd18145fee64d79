import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTokenizers } from '../../../../../lib/text/encoders/hugging-face/pipeline/package';
import {
  type PipelineParts,
  textPipeline,
} from '../../../../../lib/text/encoders/hugging-face/pipeline/text-pipeline';

type Expected = {
  texts: string[];
  whole: object;
  cases: { name: string; parts: PipelineParts; ids: number[][] }[];
};

const PATH = join(__dirname, '../../../../fixtures/tokenizer-parts.json');
const { texts, whole, cases } = JSON.parse(readFileSync(PATH, 'utf8')) as Expected;

function pipelineOf(parts: PipelineParts): (text: string) => number[] {
  const { Tokenizer } = loadTokenizers();
  const json = { ...whole, ...parts };
  const { model } = new Tokenizer({ ...json, normalizer: null, pre_tokenizer: null }, {});
  return textPipeline(json, model, 'a test');
}

test.each(cases)('$name gives the ids of Hugging Face', ({ parts, ids }) => {
  const idsOf = pipelineOf(parts);
  expect(texts.map((text) => [text, idsOf(text)])).toEqual(texts.map((text, i) => [text, ids[i]]));
});

test.each<[string, PipelineParts, string]>([
  ['a normalizer', { normalizer: { type: 'ByteLevel' } }, "'BertNormalizer' or"],
  ['one in a sequence', { normalizer: { type: 'Sequence', normalizers: [1] } }, 'normalizers[0]'],
  ['a pre-tokenizer', { pre_tokenizer: { type: 'UnicodeScripts' } }, "'BertPreTokenizer' or"],
  ['a behaviour', { pre_tokenizer: { type: 'Punctuation', behavior: 'x' } }, "'Removed' or"],
  [
    'a table of characters',
    { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AQ==' } },
    'normalizer.precompiled_charsmap',
  ],
  [
    'a pattern of two kinds',
    { pre_tokenizer: { type: 'Split', pattern: { Regex: 'a', String: 'a' } } },
    'one of Regex and String',
  ],
])('%s that is not known is refused', (_, parts, words) => {
  expect(() => pipelineOf(parts)).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_ARGUMENT',
      message: expect.stringContaining(words),
    }),
  );
});

test('long runs of blanks take no longer than other texts', () => {
  const idsOf = pipelineOf({
    normalizer: { type: 'Strip' },
    pre_tokenizer: { type: 'Whitespace' },
  });
  const start = performance.now();
  expect(idsOf(`${' '.repeat(200_000)}x${' '.repeat(200_000)}`)).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(2000);
});
