import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdaptedClassifier } from '../../../lib/serve';
import type { LabeledText } from '../../../lib/text';
import { flattenTree, leaves, torch } from '../../../lib/torch';
import {
  type CompressOptions,
  compress,
  fit as fitRun,
  loadModel,
  saveModel,
} from '../../../lib/train';
import type { EncoderInput } from '../../../lib/train/registry';
import type { MetaModel } from '../../../lib/train/runs/model';
import { temporaryFolder } from '../../helpers/folders';
import { settledTensors } from '../../helpers/garbage';
import { TEXTS_FILE } from '../../helpers/learners/configs';

const BERT = join(__dirname, '../../fixtures/encoders/bert');
const folder = temporaryFolder();

const EXAMPLES: readonly LabeledText[] = [
  { text: 'where is my card', label: 'cards' },
  { text: 'my chip is gone', label: 'cards' },
  { text: 'tell me about the rain', label: 'weather' },
  { text: 'the wind was late', label: 'weather' },
];
const TEXTS = ['my card', 'rain and wind', 'a soup today', 'the teacher'];

async function trained(
  encoder: EncoderInput,
  learner: 'prototypical' | 'maml' = 'prototypical',
  steps = 2,
): Promise<MetaModel> {
  const { model } = await fitRun(undefined, {
    data: TEXTS_FILE,
    splits: { kind: 'shares', train: 0.5, validation: 0.25, test: 0.25 },
    episodes: { ways: 3, shots: 2, queries: 2, tasks: 2 },
    encoder,
    learner,
    steps,
    evaluation: { every: 5, validation: 4, test: 4, shots: 2 },
  });
  return model;
}

/** The probabilities of some texts under labels of one's own. */
function answers(model: MetaModel): number[][] {
  using classifier = model.classifier(EXAMPLES);
  return classifier.predict(TEXTS).map(({ probabilities }) => Object.values(probabilities));
}

function farthest(a: number[][], b: number[][]): number {
  return Math.max(
    ...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - (b[i]?.[j] ?? 9)))),
  );
}

const zeros = (tree: Parameters<typeof leaves>[0]): number =>
  leaves(tree).reduce((sum, own) => sum + (own.ndim < 2 ? 0 : Number(own.eq(0).sum().item())), 0);

const KINDS: [string, EncoderInput, CompressOptions][] = [
  ['frozen BERT', { kind: 'frozen', encoder: BERT }, { int8: true }],
  ['frozen BERT', { kind: 'frozen', encoder: BERT }, { prune: { share: 0.3 } }],
  ['frozen BERT', { kind: 'frozen', encoder: BERT }, { prune: { share: 0.3 }, int8: true }],
  ['frozen USE-lite', { kind: 'frozen' }, { int8: true }],
  ['trained BERT', { kind: 'pretrained', encoder: BERT }, { int8: true }],
  [
    'trained BERT',
    { kind: 'pretrained', encoder: BERT },
    { prune: { share: 0.3, method: 'wanda' } },
  ],
  [
    'last layer of BERT',
    { kind: 'pretrained', encoder: BERT, train: 'layers', layers: 1 },
    { prune: { share: 0.3, method: 'global' }, int8: true },
  ],
  [
    'BERT with adapters',
    { kind: 'pretrained', encoder: BERT, train: 'lora', rank: 2 },
    { int8: true },
  ],
  ['Transformer', { kind: 'transformer', dimensions: 16 }, { int8: true }],
  ['Transformer', { kind: 'transformer', dimensions: 16 }, { prune: { share: 0.3 } }],
  ['CNN', { kind: 'cnn', dimensions: 8, filters: 8 }, { prune: { share: 0.3 } }],
  ['LSTM', { kind: 'bilstm', dimensions: 8, hiddenSize: 8 }, { prune: { share: 0.3 } }],
  ['characters', { kind: 'characters', filters: 8 }, { prune: { share: 0.3, method: 'layer' } }],
  ['words', { kind: 'mean', dimensions: 8 }, { prune: { share: 0.3, embeddings: true } }],
];

test.each(KINDS)(
  '%s (%#) compresses, saves, loads and answers nearly the same',
  async (_, encoder, options) => {
    const model = await trained(encoder);
    const before = answers(model);
    const smaller = await compress(model, options);
    const after = answers(smaller);
    // The given model is as it was.
    expect(answers(model)).toEqual(before);
    model.dispose();
    expect(farthest(after, before)).toBeGreaterThan(0);
    expect(farthest(after, before)).toBeLessThan(0.35);
    const { prune, int8 } = smaller.facts.compression ?? {};
    expect(int8).toBe(options.int8);
    if (options.prune) {
      expect(prune).toMatchObject(options.prune);
      expect(prune?.zeros).toBeGreaterThanOrEqual(0.25);
    }

    saveModel(folder(), smaller, { examples: EXAMPLES });
    smaller.dispose();
    using loaded = await loadModel(folder());
    // Up to rounding: products of weights that lay in another order are summed in another order.
    expect(farthest(answers(loaded), after)).toBeLessThan(1e-5);
    expect(loaded.facts.compression).toEqual(smaller.facts.compression);
    if (options.prune && !options.int8) {
      const all = [loaded.params, loaded.encoder.weights ?? []];
      expect(zeros(all)).toBeGreaterThan(0);
    }
    const narrow = leaves([loaded.params, loaded.encoder.weights ?? []]).some(
      ({ dtype }) => dtype === 'int8',
    );
    expect(narrow).toBe(options.int8 === true);
  },
);

test('a compressed model adapts by gradients, saves again, and serves', async () => {
  const model = await trained({ kind: 'frozen', encoder: BERT }, 'maml');
  using smaller = await compress(model, { prune: { share: 0.5 }, int8: true });
  model.dispose();
  saveModel(folder(), smaller);
  using loaded = await loadModel(folder());
  saveModel(folder(), loaded, { examples: EXAMPLES });
  await using served = await AdaptedClassifier.load(folder());
  const predictions = await served.predict(TEXTS);
  const own = answers(loaded);
  for (const [i, { probabilities }] of predictions.entries()) {
    expect(Object.values(probabilities)).toEqual(own[i]);
  }
});

test('int8 after pruning keeps its zeros; adapters are in the weights', async () => {
  const model = await trained({ kind: 'pretrained', encoder: BERT, train: 'lora', rank: 2 });
  using pruned = await compress(model, { prune: { share: 0.5, method: 'layer' } });
  // Exactly the trained encoder, but for the zeros.
  const { fixed } = model.encoder;
  const whole = flattenTree(fixed?.(model.params).encoder.params ?? []);
  for (const [path, own] of Object.entries(flattenTree(pruned.encoder.weights ?? []))) {
    const expected = whole[path];
    if (expected === undefined) throw new Error(path);
    const far = own.sub(expected).mul(own.ne(0)).abs().max();
    expect(Number(far.item())).toBeLessThan(1e-6);
  }
  using both = await compress(pruned, { int8: true });
  expect(both.facts.compression).toMatchObject({ int8: true, prune: { share: 0.5 } });
  expect(both.facts.encoder).toMatchObject({ kind: 'frozen', precision: 'int8', map: 'none' });
  expect(zeros(both.encoder.weights ?? [])).toBeGreaterThanOrEqual(
    zeros(pruned.encoder.weights ?? []),
  );
  model.dispose();
});

test('leaves no tensors behind', async () => {
  const model = await trained({ kind: 'frozen', encoder: BERT });
  const before = await settledTensors();
  const smaller = await compress(model, { prune: { share: 0.5 }, texts: TEXTS });
  smaller.dispose();
  expect(torch.memory().tensors).toBe(before);
  model.dispose();
});

test('says what cannot be done, and what was done already', async () => {
  const model = await trained({ kind: 'mean', dimensions: 8 }, 'prototypical', 0);
  const refused = async (own: MetaModel, options: CompressOptions, message: string) =>
    expect(compress(own, options)).rejects.toThrow(message);
  await refused(model, {}, 'Expected prune, int8 or both');
  await refused(model, { int8: true }, 'Expected an encoder with linear layers');
  await refused(model, { prune: { share: 0.5 } }, 'embeddings: true');
  await refused(model, { prune: { share: 1 } }, 'Expected a number in (0, 1) for prune.share');
  await refused(model, { prune: { share: 0.5, method: 'best' as never } }, "'wanda'");
  await refused({} as never, { int8: true }, 'Expected a MetaModel');
  const { params, encoder, facts } = model;
  const unknown = Object.assign(Object.create(Object.getPrototypeOf(model)), {
    params,
    encoder,
    facts: { ...facts, run: undefined },
  });
  await refused(unknown, { prune: { share: 0.5 } }, 'Expected some texts, as the model does not');
  model.dispose();

  const own = await trained({ kind: 'frozen', encoder: BERT }, 'prototypical', 0);
  using narrow = await compress(own, { int8: true });
  await refused(narrow, { int8: true }, 'received one in int8 already');
  await refused(narrow, { prune: { share: 0.5 } }, 'pruned before or while it becomes int8');
  using light = await compress(own, { prune: { share: 0.5, method: 'layer' } });
  await refused(light, { prune: { share: 0.2 } }, 'received one pruned by 0.5 already');
  own.dispose();
});

test('refuses words that are not those of the weights', async () => {
  const copy = join(folder(), 'bert');
  cpSync(BERT, copy, { recursive: true });
  const model = await trained({ kind: 'frozen', encoder: copy }, 'prototypical', 0);
  using narrow = await compress(model, { int8: true });
  model.dispose();
  saveModel(folder(), narrow);
  // The weights themselves are not needed any more.
  rmSync(join(copy, 'model.safetensors'));
  using loaded = await loadModel(folder());
  expect(loaded.encoder.dimensions).toBe(narrow.encoder.dimensions);
  const tokenizer = join(copy, 'tokenizer.json');
  writeFileSync(tokenizer, `${readFileSync(tokenizer, 'utf8')}\n`);
  await expect(loadModel(folder())).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
});
