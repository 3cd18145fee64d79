import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TextClassifier } from '../../lib/text';
import { disposeTree, torch } from '../../lib/torch';
import {
  buildTextLearner,
  loadTextModel,
  saveCheckpoint,
  saveTextModel,
  type TextModelConfig,
} from '../../lib/train';
import { sealed } from '../../lib/train/seal';
import { temporaryFolder } from '../helpers/folders';
import { LABELED, MAML, smallConfig, TEXTS } from '../helpers/learners/text-models';

const folder = temporaryFolder();
const configPath = () => join(folder(), 'config.json');
const modelPath = () => join(folder(), 'model.safetensors');
const prototypical = smallConfig({ kind: 'prototypical' });

function save(config: TextModelConfig, seed = 1): void {
  torch.scope(() => {
    const { learner } = buildTextLearner(config);
    saveTextModel(folder(), config, learner.init(torch.generator(seed)));
  });
}

/** Changes what `config.json` says of the model, and its checksum with it. */
function edit(change: (config: Record<string, Record<string, unknown>>) => void): void {
  const { checksum: _, ...content } = JSON.parse(readFileSync(configPath(), 'utf8'));
  change(content.config);
  writeFileSync(configPath(), JSON.stringify(sealed(content)));
}

function expectRefused(path: string, message: string | RegExp): void {
  const before = torch.memory();
  expect(() => loadTextModel(folder())).toThrow(
    expect.objectContaining({ name: 'TorchError', code: 'ERR_TORCH_FILE', path }),
  );
  expect(() => loadTextModel(folder())).toThrow(path);
  expect(() => loadTextModel(folder())).toThrow(message);
  expect(torch.memory()).toEqual(before);
}

test.each<[string, TextModelConfig]>([
  ['a Prototypical Network', prototypical],
  ['MAML', smallConfig(MAML)],
  ['a nearest class mean', smallConfig({ kind: 'nearest-class-mean' })],
])('%s predicts the same after saving and loading', (_, config) => {
  const { learner, ...rest } = buildTextLearner(config);
  const params = learner.init(torch.generator(1));
  const predict = (model: ConstructorParameters<typeof TextClassifier>[0]) => {
    const classifier = new TextClassifier(model, LABELED);
    const predictions = classifier.predict(TEXTS);
    classifier.dispose();
    return predictions;
  };
  saveTextModel(folder(), config, params);
  const loaded = loadTextModel(folder());
  expect(predict(loaded)).toEqual(predict({ learner, params, ...rest }));
  disposeTree([params, loaded.params]);
});

test('saving and loading keep no tensors but the loaded parameters', () => {
  const before = torch.memory().tensors;
  save(prototypical);
  expect(torch.memory().tensors).toBe(before);
  const { params } = loadTextModel(folder());
  expect(torch.memory().tensors).toBe(before + 3);
  disposeTree(params);
});

test('the saved config holds every default, so that a later one changes no model', () => {
  const { vocabulary } = prototypical;
  const learner = { kind: 'maml', ways: 2, innerLearningRate: 0.1, innerSteps: 1 } as const;
  save({ learner, encoder: { kind: 'mean', dimensions: 2 }, tokenizer: {}, vocabulary });
  expect(JSON.parse(readFileSync(configPath(), 'utf8')).config).toEqual({
    learner: { ...learner, firstOrder: false },
    encoder: { kind: 'mean', dimensions: 2, dropout: 0 },
    tokenizer: {
      locale: 'en',
      lowerCase: true,
      normalize: true,
      foldVariants: true,
      keepPunctuation: false,
      chinese: 'words',
    },
    maxLength: 64,
    vocabulary,
  });
});

test('a model saved before tokenizers folded variants reads texts as it did', () => {
  const vocabulary = { version: 1, specials: ['<pad>', '<unk>'], tokens: ["don't", 'don\u2019t'] };
  save({ ...smallConfig({ kind: 'prototypical' }), vocabulary });
  const ids = () => {
    const { params, vectorizer } = loadTextModel(folder());
    disposeTree(params);
    return torch.scope(() => vectorizer.vectorize(['don\u2019t']).ids.tolist());
  };
  expect(ids()).toEqual([[2]]);
  edit(({ tokenizer }) => delete tokenizer?.foldVariants);
  expect(ids()).toEqual([[3]]);
});

test('an error in loading tells what caused it', () => {
  save(prototypical);
  edit(({ encoder }) => Object.assign(encoder ?? {}, { dimensions: 4 }));
  expect(() => loadTextModel(folder())).toThrow(
    expect.objectContaining({ cause: expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }) }),
  );
});

describe('loading refuses', () => {
  test('a model file cut at any of many lengths', () => {
    save(prototypical);
    const { length } = readFileSync(modelPath());
    for (const cut of [length - 1, length - 4, length >> 1, 100, 8, 1, 0]) {
      truncateSync(modelPath(), cut);
      expectRefused(modelPath(), /not a valid safetensors file|Cannot load/);
    }
  });

  test('one changed byte in the model file', () => {
    save(prototypical);
    const bytes = readFileSync(modelPath());
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(modelPath(), bytes);
    expectRefused(modelPath(), 'sha256');
  });

  test.each<[string, (config: Record<string, Record<string, unknown>>) => void, string]>([
    ['an unknown learner', (config) => Object.assign(config, { learner: { kind: 'x' } }), 'kind'],
    ['another learner', (config) => Object.assign(config, { learner: MAML }), 'one structure'],
    [
      'other dimensions',
      ({ encoder }) => Object.assign(encoder ?? {}, { dimensions: 4 }),
      "Expected shape [16, 4] for the parameter 'embedding.weight' but received [16, 8]",
    ],
    [
      'fewer words',
      ({ vocabulary }) => Object.assign(vocabulary ?? {}, { tokens: ['rain'], counts: [0, 0, 1] }),
      "Expected shape [3, 8] for the parameter 'embedding.weight'",
    ],
    [
      'a word twice',
      ({ vocabulary }) => Object.assign(vocabulary ?? {}, { tokens: ['rain', 'rain'] }),
      'distinct strings',
    ],
    ['no vocabulary', (config) => delete config.vocabulary, 'vocabulary'],
    [
      'a language that there is not',
      ({ tokenizer }) => Object.assign(tokenizer ?? {}, { locale: 'xx-invalid-' }),
      'a language tag',
    ],
    ['an unknown key', (config) => Object.assign(config, { more: 1 }), 'more'],
  ])('a config with %s', (_, change, message) => {
    save(prototypical);
    edit(change);
    expectRefused(configPath(), message);
  });

  test('a checkpoint of another kind', () => {
    const a = torch.tensor([1]);
    saveCheckpoint(folder(), { params: { a }, config: { width: 1 } });
    expectRefused(configPath(), 'expected a config that fits its schema');
    a.dispose();
  });

  test('a folder without a model', () => {
    expectRefused(configPath(), 'expected a saved text model but there is no');
  });
});

describe('saving refuses', () => {
  test('parameters of another model', () => {
    const { learner } = buildTextLearner(smallConfig(MAML));
    torch.scope(() => {
      const params = learner.init(torch.generator(1));
      expect(() => saveTextModel(folder(), prototypical, params)).toThrow(TypeError);
    });
    expect(() => readFileSync(configPath())).toThrow('no such file');
  });

  test('a wrong config, in words', () => {
    const wrong = { ...prototypical, maxLength: 0 };
    expect(() => saveTextModel(folder(), wrong, {})).toThrow(TypeError);
    expect(() => buildTextLearner(wrong)).toThrow(
      /^Expected the config of a text model for config: Expected a positive integer for config.maxLength/,
    );
  });
});
