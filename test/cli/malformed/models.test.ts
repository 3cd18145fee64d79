import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Malformed, malformedInputs } from '../../helpers/command-lines';

const EXAMPLES = { card: ['my card is gone', 'a new card'], rain: ['the rain', 'much wind'] };
const ROWS = 'abcdef'
  .split('')
  .flatMap((label) => [1, 2, 3].map((i) => `the ${label} ${i},${label}\n`))
  .join('');
const SET_UP = {
  files: {
    'data.csv': `text,label\n${ROWS}`,
    'cards.json': JSON.stringify(EXAMPLES),
    'run.yaml': `data: data.csv
splits: { train: 0.5, validation: 0, test: 0.5 }
encoder: { kind: mean, dimensions: 4 }
episodes: { ways: 2, shots: 1, queries: 1, tasks: 1 }
steps: 1
evaluation: { test: 2, shots: 1 }
`,
  },
  commands: [
    ['train', 'run.yaml', '--learner', 'prototypical', '--out', 'model', '--quiet'],
    ['train', 'run.yaml', '--learner', 'maml', '--out', 'maml', '--quiet'],
    ['adapt', 'model', 'cards.json', '--out', 'adapted'],
  ],
};

type Json = Record<string, unknown>;
const TEXTS = { 'texts.txt': 'my card\n' };

/** A model with something changed, which is copied into the folder of the case. */
const model = (
  name: string,
  args: readonly string[],
  damage: (folder: string) => void,
  says: Malformed['says'],
): Malformed => ({
  name,
  args,
  files: { ...TEXTS, 'data.csv': SET_UP.files['data.csv'], 'cards.json': JSON.stringify(EXAMPLES) },
  prepare: (root) => {
    for (const folder of ['model', 'adapted']) {
      cpSync(join(root, '../base', folder), join(root, folder), { recursive: true });
      damage(join(root, folder));
    }
  },
  says,
});

const PREDICT = ['predict', 'adapted', 'texts.txt'];
const inConfig = (name: string, change: (json: Json) => unknown, says: Malformed['says']) =>
  model(
    `config.json: ${name}`,
    PREDICT,
    (folder) => {
      const path = join(folder, 'config.json');
      writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
    },
    ['adapted/config.json', ...says],
  );
const file = (name: string, path: string, content: string | Buffer, says: Malformed['says']) =>
  model(`${path}: ${name}`, PREDICT, (folder) => writeFileSync(join(folder, path), content), [
    `adapted/${path}`,
    ...says,
  ]);
const cut = (path: string, bytes: number, args: readonly string[]) =>
  model(
    `${args[0]} with ${path} of ${bytes} bytes`,
    args,
    (folder) => truncateSync(join(folder, path), bytes),
    [path],
  );

/** Examples that a model cannot be adapted to. */
const examples = (
  name: string,
  content: string | Buffer,
  says: Malformed['says'],
  { at = 'own.json', status = 1 as 1 | 2, from = '../base/model' } = {},
): Malformed => ({
  name: `examples: ${name}`,
  args: ['adapt', from, at, '--out', 'out'],
  files: { [at]: content },
  status,
  says: [at, ...says],
});

const none = () => undefined;

malformedInputs(
  [
    file('nothing', 'config.json', '', ['JSON']),
    file('words', 'config.json', 'my model', ['JSON']),
    file('a list', 'config.json', '[]', ['metatorch-checkpoint']),
    file('null', 'config.json', 'null', ['metatorch-checkpoint']),
    file('zeros', 'config.json', Buffer.alloc(500), ['JSON']),
    file('nothing', 'model.safetensors', '', []),
    file('zeros', 'model.safetensors', Buffer.alloc(500), []),
    file('words', 'model.safetensors', 'tensors', []),
    cut('config.json', 100, PREDICT),
    cut('model.safetensors', 7, PREDICT),
    cut('model.safetensors', 90, ['evaluate', 'model']),
    cut('config.json', 10, ['evaluate', 'model']),
    cut('config.json', 10, ['compare', 'model', 'adapted']),
    cut('config.json', 10, ['adapt', 'model', 'cards.json', '--out', 'out']),
    cut('model.safetensors', 50, ['adapt', 'model', 'cards.json', '--out', 'out']),
    cut('config.json', 10, ['models', 'info', 'model']),
    model('without its tensors', PREDICT, (folder) => rmSync(join(folder, 'model.safetensors')), [
      'adapted/model.safetensors',
      'ENOENT',
    ]),
    model('without its config', PREDICT, (folder) => rmSync(join(folder, 'config.json')), [
      'adapted',
    ]),
    model(
      'with tensors of another',
      PREDICT,
      (folder) => {
        cpSync(
          join(folder, '../../base/maml/model.safetensors'),
          join(folder, 'model.safetensors'),
        );
      },
      ['adapted/model.safetensors', 'sha256'],
    ),
    inConfig('another format', (json) => ({ ...json, format: 'torch' }), ['metatorch-checkpoint']),
    inConfig('a later version', (json) => ({ ...json, version: 99 }), ['version']),
    inConfig('a word changed', (json) => ({ ...json, metatorch: '9.9.9' }), ['checksum']),
    inConfig('no structure', ({ structure: _, ...json }) => json, []),
    inConfig('no config', ({ config: _, ...json }) => json, []),
    {
      ...model('a model that is not adapted', ['predict', 'model', 'texts.txt'], none, [
        '--examples',
        'model',
      ]),
      status: 2,
    },
    {
      ...model('a model into itself', ['adapt', 'model', 'cards.json', '--out', 'model'], none, [
        '--out',
        'model',
      ]),
      status: 2,
    },
    model('texts that are not there', ['predict', 'adapted', 'none.txt'], none, [
      'none.txt',
      'ENOENT',
    ]),
    model('texts that are a folder', ['predict', 'adapted', 'model'], none, ['model', 'a folder']),
    model('predictions into a file', ['evaluate', 'model', '--predictions', 'texts.txt/x'], none, [
      'texts.txt/x',
      'ENOTDIR',
    ]),
    {
      ...model('texts in Latin 1', ['predict', 'adapted', 'latin.txt'], none, []),
      files: { 'latin.txt': Buffer.from('636166e90a', 'hex') },
      says: ['latin.txt, line 1, column 4', 'UTF-8', '0xe9'],
    },
    {
      ...model('texts with a NUL', ['predict', 'adapted', 'nul.txt'], none, []),
      files: { 'nul.txt': 'a\0b\n' },
      says: ['nul.txt, line 1, column 2', 'a NUL'],
    },
    {
      ...model('texts in UTF-16', ['predict', 'adapted', 'wide.txt'], none, []),
      files: { 'wide.txt': Buffer.from('my card\n', 'utf16le') },
      says: ['wide.txt, line 1', 'UTF-16'],
    },
    {
      ...model('a text of 10 MB', ['predict', 'adapted', 'long.txt'], none, []),
      files: { 'long.txt': `${'word '.repeat(2_000_000)}\n` },
      says: ['long.txt, line 1', 'at most'],
    },
    examples('nothing', '', ['JSON']),
    examples('no label', '{}', ['at least 2 labels']),
    examples('one label', '{"card": ["my card"]}', ['at least 2 labels']),
    examples('a label without a text', '{"card": ["my card"], "rain": []}', ['rain']),
    examples('a text that is a number', '{"card": ["my card"], "rain": [7]}', ['rain', '7']),
    examples('a text that is empty', '{"card": ["my card"], "rain": [""]}', ['rain']),
    examples('texts that are a word', '{"card": "my card", "rain": ["rain"]}', ['card']),
    examples('a row without a label', '[{"text": "my card"}]', ['label']),
    examples('a row that is null', '[null]', ['object']),
    examples('a word', '"card"', ['object']),
    examples('a comma too many', '{"card": ["a"],}', ['line 1, column 16']),
    examples('one text under two labels', '{"card": ["the rain"], "rain": ["the rain"]}', [
      'the rain',
    ]),
    examples('labels that are equal up to case', '{"Card": ["my card"], "card": ["a card"]}', [
      "'Card'",
      "'card'",
    ]),
    examples('a label twice', '{"card": ["a"], "card": ["b"], "rain": ["c"]}', ['card']),
    examples('a table without labels', 'text,lable\na,b\n', ['line 1', "'label'"], {
      at: 'own.csv',
    }),
    examples('a table of one label', 'text,label\na,x\nb,x\n', ['at least 2 labels'], {
      at: 'own.csv',
    }),
    examples(
      'more labels than the model has outputs',
      JSON.stringify({ a: ['a'], b: ['b'], c: ['c'] }),
      ['2 labels'],
      {
        from: '../base/maml',
      },
    ),
  ],
  SET_UP,
);
