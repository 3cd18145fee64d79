import { join } from 'node:path';
import { loadHuggingFace, SentenceEncoder, type TokenModel, useLite } from '../../../lib/text';
import {
  blended,
  mergedParams,
  type NamedTensors,
  trainedParams,
} from '../../../lib/text/encoders/trained-params';
import { flattenTree, torch } from '../../../lib/torch';
import { type FineTuneStep, fineTuneSteps } from '../../../lib/train/contrastive/fine-tune';
import { fineTuneEncoder } from '../../../lib/train/contrastive/fine-tune-encoder';
import { fineTuneSettings } from '../../../lib/train/contrastive/fine-tune-options';
import { settledTensors } from '../../helpers/garbage';

const FOLDER = join(__dirname, '../../fixtures/encoders/bert');
const examples = {
  texts: ['my card is lost', 'the card is gone', 'add money', 'top up now', 'hello', 'good day'],
  y: [0, 0, 1, 1, 2, 2],
  labels: ['card_lost', 'top_up', 'greeting'],
};

function run(model: TokenModel, options: Parameters<typeof fineTuneSettings>[0]) {
  const settings = fineTuneSettings(options, examples.texts.length, 'test');
  const steps: FineTuneStep[] = [];
  const work = fineTuneSteps(model, examples, settings);
  for (;;) {
    const { done, value } = work.next();
    if (done) return { trained: value, steps };
    steps.push(value);
  }
}

const differs = (model: TokenModel, trained: NamedTensors): string[] => {
  const own = flattenTree(model.params);
  return Object.keys(trained).filter((path) => !own[path]?.equal(trained[path] ?? torch.zeros([])));
};

describe.each([
  ['bert', 1e-2, () => loadHuggingFace(FOLDER) as unknown as TokenModel],
  ['use-lite', 1e-3, () => useLite() as unknown as TokenModel],
])('%s', (_, learningRate, load) => {
  const model = load();

  test.each(['batch-contrast', 'cosine-pairs'] as const)('%s falls', (loss) => {
    const { steps } = run(model, { loss, steps: 12, learningRate, dropout: false });
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (__, i) => i + 1));
    const mean = (some: FineTuneStep[]) => some.reduce((sum, one) => sum + one.loss, 0) / 4;
    expect(mean(steps.slice(-4))).toBeLessThan(0.8 * mean(steps.slice(0, 4)));
  });

  test(`token-contrast ${model.tokens ? 'falls' : 'is refused'}`, () => {
    const options = { loss: 'token-contrast', steps: 12, learningRate, dropout: false } as const;
    if (model.tokens === undefined) {
      expect(() => run(model, options)).toThrow(/single tokens have vectors.*token-contrast/);
      return;
    }
    const { steps } = run(model, options);
    const mean = (some: FineTuneStep[]) => some.reduce((sum, one) => sum + one.loss, 0) / 4;
    expect(mean(steps.slice(-4))).toBeLessThan(0.8 * mean(steps.slice(0, 4)));
  });

  test('all layers are trained, the words alone stay, and the model itself does not change', () => {
    const before = Object.fromEntries(
      Object.entries(flattenTree(model.params)).map(([path, own]) => [path, own.clone()]),
    );
    const { trained } = run(model, { steps: 2, learningRate: 1e-2 });
    const expected = Object.keys(before).filter((path) => /^(?:layers|hidden|proj)/.test(path));
    expect(Object.keys(trained)).toEqual(expected);
    expect(differs(model, trained)).toEqual(expected);
    expect(differs(model, before)).toEqual([]);
  });

  test('the last layer alone', () => {
    const { trained } = run(model, { steps: 1, layers: 1 });
    const layers = Object.keys(trained).filter((path) => path.startsWith('layers.'));
    expect(new Set(layers.map((path) => path.split('.')[1]))).toEqual(
      new Set([String((model.depth ?? 0) - 1)]),
    );
  });

  test('the same seed gives the same bits, another one does not', () => {
    const options = { steps: 3, learningRate: 1e-2 };
    const [one, same, other] = [0, 0, 1].map((seed) => run(model, { ...options, seed }).trained);
    const equal = (a: NamedTensors = {}, b: NamedTensors = {}) =>
      Object.keys(a).every((path) => a[path]?.equal(b[path] ?? torch.zeros([])));
    expect(equal(one, same)).toBe(true);
    expect(equal(one, other)).toBe(false);
  });
});

test('the trained parameters are a line away from the own ones', () => {
  const model: TokenModel = useLite() as unknown as TokenModel;
  const { trained } = run(model, { steps: 2, learningRate: 1e-2 });
  const path = 'layers.1.feedForward.up.weight';
  const [own, far] = [flattenTree(model.params)[path], trained[path]];
  const half = blended(model.params, trained, 0.5)[path];
  if (own === undefined || far === undefined || half === undefined) throw new Error(path);
  expect(half.allclose(own.add(far).div(2))).toBe(true);
  const text = ['my card'];
  using base = new SentenceEncoder(model);
  const moved = base.withParams(mergedParams(model.params, trained));
  expect(moved.fingerprint).not.toBe(base.fingerprint);
  expect(moved.encodeSync(text).equal(base.encodeSync(text))).toBe(false);
});

test('a run that is given up leaves no tensor behind', () => {
  const model: TokenModel = useLite() as unknown as TokenModel;
  const before = torch.memory().tensors;
  const work = fineTuneSteps(model, examples, fineTuneSettings({ steps: 5 }, 6, 'test'));
  work.next();
  work.return({});
  expect(torch.memory().tensors).toBe(before);
});

test('encoders that cannot be trained are refused', () => {
  const parts = { layers: 'all', embeddings: false } as const;
  const narrow = loadHuggingFace(FOLDER, { precision: 'int8' }) as unknown as TokenModel;
  expect(() => trainedParams(narrow, parts, 'fineTune')).toThrow(
    /float32.*received string 'int8'/u,
  );
  const bare = { ...narrow, depth: 0 };
  expect(() => trainedParams(bare, parts, 'fineTune')).toThrow(/an encoder with layers/u);
  const model = loadHuggingFace(FOLDER) as unknown as TokenModel;
  expect(() => trainedParams(model, { ...parts, layers: 9 }, 'fineTune')).toThrow(/at most 2/u);
});

test('fineTuneEncoder gives an encoder of its own, and the other one stays', async () => {
  using base = new SentenceEncoder(useLite());
  const rows = examples.texts.map((text, i) => ({
    text,
    label: examples.labels[examples.y[i] ?? 0] ?? '',
  }));
  const before = base.encodeSync(examples.texts);
  const tensors = await settledTensors();
  const reports: FineTuneStep[] = [];
  const tuned = await fineTuneEncoder(base, rows, {
    steps: 3,
    learningRate: 1e-3,
    onStep: (step) => reports.push(step),
  });
  expect(reports.map(({ step }) => step)).toEqual([1, 2, 3]);
  const x = tuned.encodeSync(examples.texts);
  expect(x.allclose(before, 1e-4, 1e-5)).toBe(false);
  x.dispose();
  tuned.dispose();
  expect(base.encodeSync(examples.texts).equal(before)).toBe(true);
  expect(torch.memory().tensors).toBeLessThanOrEqual(tensors + 1);
});

test('fineTuneEncoder names what is wrong, and stops when it is told to', async () => {
  using base = new SentenceEncoder(useLite());
  const rows = examples.texts.map((text, i) => ({ text, label: String(examples.y[i]) }));
  const junk: { text: string; label: string }[] = JSON.parse('[{"text": "a"}]');
  await expect(fineTuneEncoder(base, junk)).rejects.toThrow(/label of examples\[0\]/);
  await expect(fineTuneEncoder(base, rows.slice(0, 2))).rejects.toThrow(/at least 2 labels/);
  const reason = new Error('enough');
  const stopping = fineTuneEncoder(base, rows, { signal: AbortSignal.abort(reason) });
  await expect(stopping).rejects.toBe(reason);
});
