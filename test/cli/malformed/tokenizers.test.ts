import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Malformed, malformedInputs } from '../../helpers/command-lines';

const BERT = join(__dirname, '../../fixtures/encoders/bert');
const ROWS = 'abcd'
  .split('')
  .flatMap((label) =>
    [1, 2, 3].map(
      (i) => `the cat sat on the mat with all of the other cats ${label}${i},${label}\n`,
    ),
  )
  .join('');
const RUN = `data: data.csv
splits: { train: 0.5, validation: 0, test: 0.5 }
learner: nearest-class-mean
encoder: { kind: frozen, encoder: ./bert }
episodes: { ways: 2, shots: 1, queries: 1 }
evaluation: { test: 2, shots: 1 }
`;

type Json = Record<string, unknown>;

/** A folder of an encoder that `train` refuses. */
const encoder = (
  name: string,
  prepare: (folder: string) => void,
  says: Malformed['says'],
): Malformed => ({
  name,
  args: ['train', 'run.yaml', '--out', 'out', '--quiet'],
  files: { 'data.csv': `text,label\n${ROWS}`, 'run.yaml': RUN },
  prepare: (root) => {
    const folder = join(root, 'bert');
    cpSync(BERT, folder, { recursive: true });
    prepare(folder);
  },
  says,
});

const edited =
  (file: string) => (name: string, change: (json: Json) => unknown, says: Malformed['says']) =>
    encoder(
      `${file}: ${name}`,
      (folder) => {
        const path = join(folder, file);
        writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
      },
      [file, ...says],
    );

const replaced = (file: string, name: string, content: string | Buffer, says: Malformed['says']) =>
  encoder(`${file}: ${name}`, (folder) => writeFileSync(join(folder, file), content), [
    file,
    ...says,
  ]);

const tokenizer = edited('tokenizer.json');
const config = edited('config.json');
const split = (pattern: unknown) => ({
  type: 'Split',
  pattern,
  behavior: 'Isolated',
  invert: false,
});

malformedInputs([
  replaced('tokenizer.json', 'nothing', '', ['JSON']),
  replaced('tokenizer.json', 'cut off', '{"model": {"type"', ['JSON']),
  replaced('tokenizer.json', 'a list', '[]', ['a tokenizer of Hugging Face']),
  replaced('tokenizer.json', 'null', 'null', ['a tokenizer of Hugging Face']),
  replaced('tokenizer.json', 'a NUL', '{"model": "\0"}', ['JSON']),
  replaced('tokenizer.json', 'Latin 1', Buffer.from('7b22e9223a317d', 'hex'), ['JSON']),
  replaced('tokenizer.json', '5,000 levels', `${'[{"a":'.repeat(5000)}1${'}]'.repeat(5000)}`, []),
  encoder('tokenizer.json: not there', (folder) => rmSync(join(folder, 'tokenizer.json')), [
    'tokenizer.json',
    'ENOENT',
  ]),
  tokenizer('no model', ({ model: _, ...json }) => json, ['model']),
  tokenizer('a model that is a word', (json) => ({ ...json, model: 'WordPiece' }), ['model']),
  tokenizer(
    'a model of another kind',
    (json) => ({ ...json, model: { ...Object(json.model), type: 'Magic' } }),
    ['Magic'],
  ),
  tokenizer('a model without words', (json) => ({ ...json, model: { type: 'WordPiece' } }), [
    'vocab',
  ]),
  tokenizer(
    'words that are a list',
    (json) => ({ ...json, model: { type: 'WordPiece', vocab: [1, 2] } }),
    ['vocab'],
  ),
  tokenizer(
    'words without numbers',
    (json) => ({
      ...json,
      model: { type: 'WordPiece', unk_token: '[UNK]', vocab: { a: 'x', '[UNK]': 'y' } },
    }),
    ['vocab'],
  ),
  tokenizer(
    'a number for the unknown token',
    (json) => ({ ...json, model: { ...Object(json.model), unk_token: 7 } }),
    ['unk_token'],
  ),
  tokenizer('added tokens that are none', (json) => ({ ...json, added_tokens: [7] }), [
    'added_tokens',
  ]),
  tokenizer('added tokens that are a word', (json) => ({ ...json, added_tokens: 'x' }), [
    'added_tokens',
  ]),
  tokenizer(
    'ids beyond the model',
    (json) => ({
      ...json,
      added_tokens: [{ id: 4000, content: '[NEW]', special: true }],
    }),
    ['ids below 60', '4000'],
  ),
  tokenizer('an unknown normalizer', (json) => ({ ...json, normalizer: { type: 'Magic' } }), [
    'Magic',
  ]),
  tokenizer('an unknown pre-tokenizer', (json) => ({ ...json, pre_tokenizer: { type: 'Magic' } }), [
    'Magic',
  ]),
  tokenizer(
    'a pattern that is none',
    (json) => ({ ...json, pre_tokenizer: split({ Regex: '(' }) }),
    ['('],
  ),
  tokenizer(
    'a pattern that never ends',
    (json) => ({
      ...json,
      pre_tokenizer: split({ Regex: '(?:[a-z ]+)+[0-9]{9}' }),
    }),
    ['patterns that come to an end', '(?:[a-z ]+)+[0-9]{9}'],
  ),
  tokenizer(
    'a normalizer that never ends',
    (json) => ({
      ...json,
      normalizer: { type: 'Replace', pattern: { Regex: '(.+)+!!' }, content: '' },
    }),
    ['patterns that come to an end', '(.+)+!!'],
  ),
  config('another model', (json) => ({ ...json, model_type: 'gpt2' }), ['model_type']),
  config('no model', ({ model_type: _, ...json }) => json, ['model_type']),
  config('a word for a size', (json) => ({ ...json, hidden_size: '16' }), ['hidden_size']),
  config('a size of zero', (json) => ({ ...json, vocab_size: 0 }), ['vocab_size']),
  config('layers by the billion', (json) => ({ ...json, num_hidden_layers: 1e9 }), [
    'from 1 to 1000',
    'num_hidden_layers',
  ]),
  replaced('config.json', 'a list', '[]', []),
  replaced('modules.json', 'words', 'none', ['JSON']),
  replaced('1_Pooling/config.json', 'nothing known', '{}', ['expected pooling_mode']),
  replaced('model.safetensors', 'nothing', '', []),
  replaced('model.safetensors', 'words', 'no tensors at all', []),
  replaced('model.safetensors', 'pickle', Buffer.from('80027d71002e', 'hex'), ['pickle']),
  encoder(
    'model.safetensors: cut off',
    (folder) => truncateSync(join(folder, 'model.safetensors'), 3000),
    ['model.safetensors'],
  ),
  encoder('model.safetensors: not there', (folder) => rmSync(join(folder, 'model.safetensors')), [
    'model.safetensors',
    'ENOENT',
  ]),
]);
