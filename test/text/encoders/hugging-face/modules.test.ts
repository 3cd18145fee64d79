import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expandTasks } from '../../../../lib/nn';
import { loadHuggingFace } from '../../../../lib/text/encoders/hugging-face';
import { type Tensor, torch, writeSafetensors } from '../../../../lib/torch';
import { writeFiles } from '../../../helpers/folders';
import { editJson, encoderCopies, expectRefused } from '../../../helpers/learners/encoder-copies';

type Expected = {
  texts: string[];
  poolings: Record<string, number[][]>;
  chain: number[][];
  padded: Record<string, { text: string; ids: number[]; mean: number[] }>;
};

const PATH = join(__dirname, '../../../fixtures/encoder-modules.json');
const expected = JSON.parse(readFileSync(PATH, 'utf8')) as Expected;
const copyOf = encoderCopies();

const POOLING = join('1_Pooling', 'config.json');
const OLD_KEYS: Readonly<Record<string, string>> = {
  cls: 'pooling_mode_cls_token',
  max: 'pooling_mode_max_tokens',
  mean: 'pooling_mode_mean_tokens',
  mean_sqrt_len_tokens: 'pooling_mode_mean_sqrt_len_tokens',
  weightedmean: 'pooling_mode_weightedmean_tokens',
  lasttoken: 'pooling_mode_lasttoken',
};

const far = (found: Tensor, wanted: readonly (readonly number[])[]): number =>
  Number(
    found
      .sub(torch.tensor(wanted.map((row) => [...row])))
      .abs()
      .max()
      .item(),
  );

/** A copy of the tiny BERT with the modules named after the Transformer. */
function withModules(kinds: readonly string[]): string {
  const folder = copyOf('bert');
  const modules = ['Transformer', ...kinds].map((kind, i) => ({
    path: i === 0 ? '' : `${i}_${kind}`,
    type: `sentence_transformers.models.${kind}`,
  }));
  editJson(folder, 'modules.json', () => modules);
  return folder;
}

function vectorsOf(folder: string): Tensor {
  const encoder = loadHuggingFace(folder);
  const ids = expected.texts.map((text) => encoder.tokenize(text));
  const found = encoder.embed(encoder.params, ids);
  expect(found.shape).toEqual([expected.texts.length, encoder.dimensions]);
  // Padded, with parameters of a task's own, and one by one it is the same.
  const { ids: padded, mask } = encoder.vectorizer.vectorize(expected.texts);
  const own = encoder.layer.apply(expandTasks(encoder.params, 1), {
    ids: padded.unsqueeze(0),
    mask: mask.unsqueeze(0),
  });
  expect(far(own.squeeze(0), found.tolist() as number[][])).toBeLessThan(1e-5);
  const alone = torch.cat(ids.map((one) => encoder.embed(encoder.params, [one])));
  expect(far(alone, found.tolist() as number[][])).toBeLessThan(1e-5);
  return found;
}

test.each(Object.entries(OLD_KEYS))(
  'pooling by %s is that of sentence-transformers',
  (mode, key) => {
    const folder = withModules(['Pooling']);
    editJson(folder, POOLING, () => ({ word_embedding_dimension: 16, [key]: true }));
    expect(far(vectorsOf(folder), expected.poolings[mode] ?? [])).toBeLessThan(1e-5);
    editJson(folder, POOLING, () => ({ embedding_dimension: 16, pooling_mode: mode }));
    expect(far(vectorsOf(folder), expected.poolings[mode] ?? [])).toBeLessThan(1e-5);
  },
);

test('several poolings stand side by side, those of old keys in their own order', () => {
  const folder = withModules(['Pooling']);
  const sideBySide = (...modes: string[]) =>
    expected.texts.map((_, i) => modes.flatMap((mode) => expected.poolings[mode]?.[i] ?? []));
  editJson(folder, POOLING, () => ({
    pooling_mode_lasttoken: true,
    pooling_mode_mean_tokens: true,
    pooling_mode_cls_token: true,
  }));
  expect(far(vectorsOf(folder), sideBySide('cls', 'mean', 'lasttoken'))).toBeLessThan(1e-5);
  editJson(folder, POOLING, () => ({ pooling_mode: ['max', 'cls'] }));
  expect(far(vectorsOf(folder), sideBySide('max', 'cls'))).toBeLessThan(1e-5);
});

/** Two poolings, a normalisation, dropout, and a linear layer, with the numbers of the fixture. */
function chain(): string {
  const folder = withModules(['Pooling', 'LayerNorm', 'Dropout', 'Dense']);
  editJson(folder, POOLING, () => ({ pooling_mode: ['mean', 'lasttoken'] }));
  const dense = { in_features: 32, out_features: 8, bias: false };
  writeFiles(folder, {
    '2_LayerNorm/config.json': JSON.stringify({ dimension: 32 }),
    '3_Dropout/config.json': JSON.stringify({ dropout: 0.3 }),
    '4_Dense/config.json': JSON.stringify({
      ...dense,
      activation_function: 'torch.nn.modules.activation.ReLU',
    }),
  });
  const i = torch.arange(32).to('float32');
  writeSafetensors(join(folder, '2_LayerNorm', 'model.safetensors'), {
    'norm.weight': i.sin().div(2).add(1),
    'norm.bias': i.cos().div(4),
  });
  writeSafetensors(join(folder, '4_Dense', 'model.safetensors'), {
    'linear.weight': torch
      .arange(8 * 32)
      .to('float32')
      .view(8, 32)
      .sin(),
  });
  return folder;
}

test('a normalisation and dropout after pooling', () => {
  expect(far(vectorsOf(chain()), expected.chain)).toBeLessThan(1e-5);
});

test.each(Object.entries(expected.padded))(
  'a text that says the padding of %s',
  (type, { text, ids, mean }) => {
    const folder = copyOf(type);
    editJson(folder, 'modules.json', (modules) => [Object(modules)[0], Object(modules)[1]]);
    editJson(folder, POOLING, () => ({ pooling_mode: 'mean' }));
    const encoder = loadHuggingFace(folder);
    expect([...encoder.tokenize(text)]).toEqual(ids);
    const own = [encoder.tokenize('the cat'), encoder.tokenize(text)];
    const found = encoder.embed(encoder.params, own);
    expect(far(found.narrow(0, 1, 1), [mean])).toBeLessThan(1e-5);
    const { ids: padded, mask } = encoder.vectorizer.vectorize(['the cat', text]);
    const tasks = encoder.layer.apply(expandTasks(encoder.params, 1), {
      ids: padded.unsqueeze(0),
      mask: mask.unsqueeze(0),
    });
    expect(far(tasks.select(0, 0), found.tolist() as number[][])).toBeLessThan(1e-5);
  },
);

test('what would be something else is refused', () => {
  const old = withModules(['Pooling']);
  editJson(old, POOLING, () => ({ pooling_mode_attention: true }));
  expectRefused(old, POOLING, 'pooling_mode_attention');
  editJson(old, POOLING, () => ({ pooling_mode: 'attention' }));
  expectRefused(old, POOLING, 'weightedmean', '"attention"');
  editJson(old, POOLING, () => ({ pooling_mode_mean_tokens: false }));
  expectRefused(old, POOLING, '[]');
  for (const [kinds, ...words] of [
    [['Dense', 'Pooling'], 'Pooling after the Transformer', 'Dense'],
    [['Normalize'], 'Pooling after the Transformer'],
    [['Pooling', 'Pooling'], 'one Pooling'],
    [['Pooling', 'Normalize', 'LayerNorm'], 'Normalize as the last module'],
    [['WeightedLayerPooling', 'Pooling'], 'LayerNorm', 'WeightedLayerPooling'],
  ] as const) {
    expectRefused(withModules(kinds), 'modules.json', ...words);
  }
  const dense = join('4_Dense', 'config.json');
  for (const [key, value] of [
    ['use_residual', true],
    ['module_input_name', 'token_embeddings'],
  ] as const) {
    const folder = chain();
    editJson(folder, dense, (json) => ({ ...json, [key]: value }));
    expectRefused(folder, dense, key);
  }
  const more = chain();
  writeSafetensors(join(more, '4_Dense', 'model.safetensors'), {
    'linear.weight': torch.zeros([8, 32]),
    'linear.bias': torch.zeros([8]),
  });
  expectRefused(more, join('4_Dense', 'model.safetensors'), 'linear.bias');
  const tokens = withModules(['Pooling', 'Normalize']);
  writeFiles(tokens, { '2_Normalize/config.json': '{"module_input_name":"token_embeddings"}' });
  expectRefused(tokens, join('2_Normalize', 'config.json'), 'module_input_name');
});

test('modules that make no vector of a text, and those of other programs', () => {
  const alone = withModules([]);
  expectRefused(alone, 'modules.json', 'Pooling after the Transformer', 'no Pooling');
  editJson(alone, 'modules.json', () => []);
  expectRefused(alone, 'modules.json', 'no Pooling');
  const foreign = withModules(['Pooling']);
  editJson(foreign, 'modules.json', (modules) => [
    { ...Object(modules)[0], type: 'custom_st.Transformer' },
    Object(modules)[1],
  ]);
  expectRefused(foreign, 'modules.json', 'classes of sentence_transformers', 'custom_st');
  const unclear = withModules(['Pooling']);
  editJson(unclear, POOLING, () => ({
    pooling_mode_mean_tokens: 1,
    pooling_mode_max_tokens: true,
  }));
  expectRefused(unclear, POOLING, 'pooling_mode_mean_tokens of true or false', '1');
});
