import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadHuggingFace } from '../../../../lib/text/encoders/hugging-face';
import type { Tensor } from '../../../../lib/torch';
import {
  editJson,
  encoderCopies,
  expectRefused,
  FIXTURES,
} from '../../../helpers/learners/encoder-copies';

const copyOf = encoderCopies();

/** The vector of a text. */
function vectorOf(folder: string, text: string): Tensor {
  const encoder = loadHuggingFace(folder);
  return encoder.embed(encoder.params, [encoder.tokenize(text)]);
}

const PROMPTS = 'config_sentence_transformers.json';

function withPrompts(config: object): string {
  const folder = copyOf('bert');
  writeFileSync(join(folder, PROMPTS), JSON.stringify(config));
  return folder;
}

test('a default prompt is read before every text', () => {
  const prompts = { query: 'the cat ' };
  const folder = withPrompts({ prompts, default_prompt_name: 'query' });
  const plain = withPrompts({ prompts, default_prompt_name: null });
  expect(vectorOf(folder, 'sat').equal(vectorOf(plain, 'the cat sat'))).toBe(true);
  expect(vectorOf(plain, 'sat').equal(vectorOf(copyOf('bert'), 'sat'))).toBe(true);
  const [prompted, other] = [loadHuggingFace(folder), loadHuggingFace(plain)];
  expect(prompted.fingerprint).not.toBe(other.fingerprint);
  expect(other.fingerprint).toBe(loadHuggingFace(copyOf('bert')).fingerprint);
  expect(prompted.knows(prompted.tokenize(''))).toBe(false);
  expect(prompted.knows(prompted.tokenize('🙃'))).toBe(false);
  expect(prompted.knows(prompted.tokenize('sat'))).toBe(true);
});

test('prompts that cannot be read as they are meant', () => {
  expectRefused(withPrompts({ default_prompt_name: 'query' }), PROMPTS, 'prompts.query', 'none');
  expectRefused(
    withPrompts({ prompts: { a: 'x' }, default_prompt_name: 'query' }),
    PROMPTS,
    'prompts.query',
    'the prompts a',
  );
  const folder = withPrompts({ prompts: { query: 'the ' }, default_prompt_name: 'query' });
  const pooling = join('1_Pooling', 'config.json');
  editJson(folder, pooling, (json) => ({ ...json, include_prompt: false }));
  expectRefused(folder, pooling, 'include_prompt', 'false');
});

test('blanks around a text mean nothing', () => {
  const folder = join(FIXTURES, 'roberta');
  expect(vectorOf(folder, '  \t the cat \n').equal(vectorOf(folder, 'the cat'))).toBe(true);
});

test('the options of a class of tokenizers count more than tokenizer.json', () => {
  const folder = copyOf('bert');
  const { normalizer } = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')) as {
    normalizer: Record<string, unknown>;
  };
  const turned = !normalizer.lowercase;
  const config = { tokenizer_class: 'BertTokenizer', do_lower_case: turned };
  editJson(folder, 'tokenizer_config.json', (json) => ({ ...json, ...config }));
  const same = copyOf('bert');
  editJson(same, 'tokenizer.json', (json) => ({
    ...json,
    normalizer: { ...normalizer, lowercase: turned },
  }));
  const texts = ['The Cat', 'the cat'];
  const idsIn = (own: string) => texts.map((text) => [...loadHuggingFace(own).tokenize(text)]);
  expect(idsIn(folder)).toEqual(idsIn(same));
  expect(idsIn(folder)).not.toEqual(idsIn(copyOf('bert')));
  editJson(folder, 'tokenizer_config.json', (json) => ({
    ...json,
    tokenizer_class: 'PreTrainedTokenizerFast',
  }));
  expect(idsIn(folder)).toEqual(idsIn(copyOf('bert')));
});

test('tokenizers that would give other tokens than these', () => {
  const cut = copyOf('bert');
  editJson(cut, 'tokenizer_config.json', (json) => ({ ...json, truncation_side: 'left' }));
  expectRefused(cut, 'tokenizer_config.json', 'truncation_side', 'left');
  const direction = copyOf('bert');
  const truncation = { direction: 'Left', max_length: 9, strategy: 'LongestFirst', stride: 0 };
  editJson(direction, 'tokenizer.json', (json) => ({ ...json, truncation }));
  expectRefused(direction, 'tokenizer.json', 'truncation.direction', 'left');
  for (const [key, value] of [
    ['dropout', 0.1],
    ['continuing_subword_prefix', '##'],
  ] as const) {
    const folder = copyOf('roberta');
    editJson(folder, 'tokenizer.json', (json) => ({
      ...json,
      model: { ...Object(json.model), [key]: value },
    }));
    expectRefused(folder, 'tokenizer.json', `model.${key}`);
  }
  const bytes = copyOf('xlm-roberta');
  editJson(bytes, 'tokenizer.json', (json) => {
    const { vocab, ...model } = Object(json.model);
    return { ...json, model: { ...model, byte_fallback: true, vocab: [...vocab, ['<0x00>', -9]] } };
  });
  expectRefused(bytes, 'tokenizer.json', 'model.byte_fallback');
});

test('the ends of a text are what Python takes off', () => {
  const folder = join(FIXTURES, 'roberta');
  const { tokenize } = loadHuggingFace(folder);
  expect([...tokenize('\u001c the cat \u001f\u0085')]).toEqual([...tokenize('the cat')]);
  expect([...tokenize('the\u001fcat')]).not.toEqual([...tokenize('the cat')]);
});
