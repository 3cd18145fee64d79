import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BertParams } from '../../../../lib/nn';
import { loadHuggingFace, openHuggingFace } from '../../../../lib/text/encoders/hugging-face';
import { TokenVectorizer } from '../../../../lib/text/token-vectorizer';
import { readSafetensors, type Tensor, torch, writeSafetensors } from '../../../../lib/torch';
import {
  editJson,
  encoderCopies,
  expectRefused,
  FIXTURES,
} from '../../../helpers/learners/encoder-copies';

const copyOf = encoderCopies();

function editWeights(folder: string, change: (tensors: Record<string, Tensor>) => void): void {
  const path = join(folder, 'model.safetensors');
  const { tensors } = readSafetensors(path);
  change(tensors);
  writeSafetensors(path, tensors);
}

const WORDS = 'embeddings.word_embeddings.weight';

test.each(['config.json', 'model.safetensors', 'tokenizer.json', '1_Pooling/config.json'])(
  'a folder without %s',
  (file) => {
    const folder = copyOf('bert');
    rmSync(join(folder, file));
    expectRefused(folder, file, 'ENOENT');
  },
);

test('a shard that is missing, and one of another folder', () => {
  const folder = copyOf('roberta');
  rmSync(join(folder, 'model-00002-of-00002.safetensors'));
  expectRefused(folder, 'model-00002-of-00002.safetensors', 'ENOENT');
  const index = 'model.safetensors.index.json';
  editJson(folder, index, () => ({ weight_map: { x: '../x.safetensors' } }));
  expectRefused(folder, index, 'names of files beside it', '../x.safetensors');
});

test('configs of other models', () => {
  const folder = copyOf('bert');
  const types = 'bert, roberta, xlm-roberta, camembert, mpnet, distilbert';
  editJson(folder, 'config.json', (json) => ({ ...json, model_type: 'gpt2' }));
  expectRefused(folder, 'config.json', 'model_type', types);
  for (const [key, value] of [
    ['hidden_act', 'silu'],
    ['position_embedding_type', 'relative_key'],
    ['is_decoder', true],
    ['num_hidden_layers', '2'],
  ] as const) {
    const other = copyOf('bert');
    editJson(other, 'config.json', (json) => ({ ...json, [key]: value }));
    expectRefused(other, 'config.json', key);
  }
});

test('weights that are missing, of another shape or dtype, or too many', () => {
  const missing = copyOf('bert');
  editWeights(missing, (tensors) => delete tensors['encoder.layer.1.output.dense.bias']);
  expectRefused(
    missing,
    'model.safetensors',
    'encoder.layer.1.output.dense.bias',
    'no such tensor',
  );
  const shape = copyOf('bert');
  editWeights(shape, (tensors) => {
    tensors[WORDS] = torch.zeros([3, 16]);
  });
  expectRefused(shape, 'model.safetensors', `"${WORDS}" of shape [60, 16]`, '[3, 16]');
  const dtype = copyOf('bert');
  editWeights(dtype, (tensors) => {
    tensors[WORDS] = torch.zeros([60, 16], { dtype: 'int8' });
  });
  expectRefused(dtype, 'model.safetensors', WORDS, 'int8');
  const more = copyOf('bert');
  editWeights(more, (tensors) => {
    tensors['encoder.layer.2.output.dense.bias'] = torch.zeros([16]);
  });
  expectRefused(more, 'model.safetensors', 'no tensors beside', 'encoder.layer.2');
  const none = copyOf('bert');
  writeSafetensors(join(none, 'model.safetensors'), { x: torch.zeros([1]) });
  expectRefused(none, 'model.safetensors', 'the weights of a model of type bert');
});

test('tokenizers with ids that the model lacks, and what is no tokenizer', () => {
  const folder = copyOf('bert');
  editJson(folder, 'tokenizer.json', (json) => ({
    ...json,
    added_tokens: [{ id: 60, content: '[NEW]', special: true }],
  }));
  expectRefused(folder, 'tokenizer.json', 'ids below 60', 'id 60');
  editJson(folder, 'tokenizer.json', () => ({ model: { type: 'Nothing' } }));
  expectRefused(folder, 'tokenizer.json', 'a tokenizer of Hugging Face');
});

test('modules that it does not have', () => {
  const folder = copyOf('bert');
  writeFileSync(
    join(folder, 'modules.json'),
    JSON.stringify([
      { path: '', type: 'sentence_transformers.models.Transformer' },
      { path: '1_LSTM', type: 'sentence_transformers.models.LSTM' },
    ]),
  );
  expectRefused(folder, 'modules.json', 'LSTM');
});

test('arguments that cannot be meant', () => {
  const folder = join(FIXTURES, 'bert');
  expect(() => loadHuggingFace(1 as never)).toThrow('a string for folder of loadHuggingFace');
  expect(() => loadHuggingFace(folder, { maxlength: 3 } as never)).toThrow('maxlength');
  expect(() => loadHuggingFace(folder, { maxLength: 2 })).toThrow('an integer from 3');
  expect(() => loadHuggingFace(folder, { maxLength: 49 })).toThrow('to 48');
  expect(() => loadHuggingFace(folder).tokenize(1 as never)).toThrow('a string for text');
});

test('reads old names of normalisations, and a folder without modules', () => {
  const folder = copyOf('bert');
  rmSync(join(folder, 'modules.json'));
  const plain = loadHuggingFace(folder);
  editWeights(folder, (tensors) => {
    for (const [name, tensor] of Object.entries(tensors)) {
      const old = name
        .replace('LayerNorm.weight', 'LayerNorm.gamma')
        .replace('LayerNorm.bias', 'LayerNorm.beta');
      delete tensors[name];
      tensors[`bert.${old}`] = tensor;
    }
    tensors['cls.predictions.bias'] = torch.zeros([60]);
  });
  const old = loadHuggingFace(folder);
  const ids = [old.tokenize('the cat sat')];
  const vector = old.embed(old.params, ids);
  expect(vector.equal(plain.embed(plain.params, ids))).toBe(true);
  expect(Number(vector.norm().item())).not.toBeCloseTo(1, 3);
  expect(old.fingerprint).not.toBe(plain.fingerprint);
});

test('keeps the first tokens and the special ones around them', () => {
  const encoder = loadHuggingFace(join(FIXTURES, 'bert'), { maxLength: 4 });
  const whole = loadHuggingFace(join(FIXTURES, 'bert'));
  const [open, first, second] = whole.tokenize('the cat sat');
  expect([...encoder.tokenize('the cat sat')]).toEqual([
    open,
    first,
    second,
    whole.tokenize('').at(-1),
  ]);
  expect(encoder.fingerprint).not.toBe(whole.fingerprint);
});

test('knows texts with a word of the vocabulary', () => {
  const { knows, tokenize } = loadHuggingFace(join(FIXTURES, 'bert'));
  expect(knows(tokenize('the cat'))).toBe(true);
  expect(knows(tokenize('🙃 cat'))).toBe(true);
  expect(knows(tokenize('🙃 🙃'))).toBe(false);
  expect(knows(tokenize(''))).toBe(false);
});

test.each<[string, (params: BertParams) => object]>([
  ['nothing at all', () => ({})],
  ['no list of layers', (params) => ({ ...params, layers: {} })],
  ['a layer without its parts', (params) => ({ ...params, layers: [{ attention: {} }] })],
])('parameters with %s are refused as the encoder is opened', (_, change) => {
  const { spec, params } = loadHuggingFace(join(FIXTURES, 'bert'));
  expect(() => openHuggingFace(spec, change(params) as BertParams)).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_ARGUMENT',
      message: expect.stringMatching(/layers.* an encoder/),
    }),
  );
});

test('a tokenizer that is no function, or gives other than ids, is refused', () => {
  expect(() => new TokenVectorizer(1 as never)).toThrow('a function for tokenize');
  const wrong = new TokenVectorizer(() => 1 as never);
  for (const call of [() => wrong.lengths(['a']), () => wrong.vectorize(['a'])]) {
    expect(call).toThrow('Expected an Int32Array for the result of tokenize');
  }
});

test('sizes that do not fit one another, and weights with an adapter beside them', () => {
  const folder = copyOf('bert');
  editJson(folder, 'config.json', (json) => ({ ...json, num_attention_heads: 3 }));
  expectRefused(folder, 'config.json', 'a divisor of 16 for heads');
  const adapted = copyOf('bert');
  writeFileSync(join(adapted, 'adapter_config.json'), '{}');
  expectRefused(adapted, 'adapter_config.json', 'without an adapter');
});

test('added tokens with other ids than Hugging Face gives them', () => {
  const folder = copyOf('bert');
  const path = 'tokenizer.json';
  editJson(folder, path, (json) => ({
    ...json,
    added_tokens: [{ id: 41, content: 'cat' }],
  }));
  const { cat } = Object(Object(JSON.parse(readFileSync(join(folder, path), 'utf8'))).model)
    .vocab as Record<string, number>;
  expect(cat).not.toBe(41);
  expectRefused(folder, path, `the id ${cat} for the added token "cat"`, '41');
  editJson(folder, path, (json) => ({ ...json, added_tokens: [{ id: cat, content: 'cat' }] }));
  expect([...loadHuggingFace(folder).tokenize('concat')]).toContain(cat);
});
