import { join } from 'node:path';
import { meta, type Tree, text, torch, train } from '../../../lib';
import { RandomSource } from '../../../lib/text/random-source';
import { disposeTree, flattenTree, leaves } from '../../../lib/torch';
import { withoutWords } from '../../../lib/train/pretraining/denoising';
import { maskTokens } from '../../../lib/train/pretraining/mask-tokens';
import { settledTensors } from '../../helpers/garbage';
import { numbers } from '../../helpers/gradients';

const ENCODER = join(__dirname, '../../fixtures/encoders/roberta');

const SUBJECTS = ['card', 'money', 'account', 'transfer'];
const TEXTS = SUBJECTS.flatMap((what) => [
  `where is my ${what} now`,
  `i have lost my ${what} today`,
  `please send me the ${what} again`,
]);

type Name = keyof typeof text.TRAINABLE_ENCODERS;

const OPTIONS: Partial<Record<Name, object>> = {
  mean: { dimensions: 16 },
  max: { dimensions: 16 },
  cnn: { dimensions: 8, filters: 8 },
  bilstm: { dimensions: 16, hiddenSize: 16, dropout: 0.1 },
  transformer: { dimensions: 16, layers: 1, heads: 2 },
  characters: { dimensions: 8, filters: 8 },
  hashed: { dimensions: 16, buckets: 256 },
  pretrained: { encoder: ENCODER },
};
const NAMES = Object.keys(OPTIONS) as Name[];

async function small(name: Name, options: object = {}): Promise<text.TrainableEncoder> {
  const kind = text.TRAINABLE_ENCODERS[name] as text.TrainableEncoderKind<object>;
  return kind.build(kind.check({ ...OPTIONS[name], ...options }, 'encoder', 'fit'), TEXTS);
}

/** Mean losses of the first and the last steps. */
async function losses(encoder: text.TrainableEncoder, options: train.PretrainOptions) {
  const seen: number[] = [];
  const params = await train.pretrainEncoder(encoder, TEXTS, {
    steps: 25,
    batchSize: 12,
    learningRate: 1e-2,
    ...options,
    onStep: ({ loss }) => seen.push(loss),
  });
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return { params, first: mean(seen.slice(0, 5)), last: mean(seen.slice(-5)), seen };
}

const OBJECTIVES = ['denoising', 'contrast', 'masked-words'] as const;
const CAN_GUESS: readonly Name[] = ['transformer', 'bilstm', 'pretrained'];

describe.each(NAMES)('%s', (name) => {
  test.each(OBJECTIVES)(
    '%s: learns, and gives parameters that meta-training takes',
    async (objective) => {
      const encoder = await small(name);
      if (objective === 'masked-words' && !CAN_GUESS.includes(name)) {
        await expect(train.pretrainEncoder(encoder, TEXTS, { objective })).rejects.toThrow(
          /an encoder that has vectors of single words/,
        );
        return;
      }
      const { params, first, last } = await losses(encoder, { objective });
      expect(last).toBeLessThan(0.9 * first);
      const start = encoder.layer.init(torch.generator(0));
      expect(Object.keys(flattenTree(params))).toEqual(Object.keys(flattenTree(start)));
      expect(leaves(params).some((p) => p.requiresGrad)).toBe(false);
      const learner = meta.prototypical({ encoder: encoder.layer });
      const labels = torch.tensor([[0, 1]], { dtype: 'int64' });
      const [some = '', other = ''] = TEXTS;
      const support = {
        inputs: text.vectorizeTasks(encoder.vectorizer, [[some, other]]),
        labels,
      };
      const { logits } = meta.queryLogits(learner, params, { ways: 2, support, query: support });
      expect(logits.shape).toEqual([1, 2, 2]);
    },
  );
});

test('the same seed gives the same bits, another one others', async () => {
  const encoder = await small('transformer');
  const run = async (seed: number) => {
    const { params, seen } = await losses(encoder, { objective: 'masked-words', seed, steps: 5 });
    return { seen, params: leaves(params).map(numbers) };
  };
  expect(await run(1)).toEqual(await run(1));
  expect((await run(1)).seen).not.toEqual((await run(2)).seen);
});

test('frozen parts stay, and a start may be given', async () => {
  const encoder = await small('pretrained', { train: 'lora', rank: 2 });
  const start = encoder.layer.init(torch.generator(3));
  const before = leaves(start).map(numbers);
  const { params } = await losses(encoder, { objective: 'contrast', params: start, steps: 3 });
  expect(leaves(start).map(numbers)).toEqual(before);
  expect(leaves(params).map(numbers)).not.toEqual(before);
  expect(Object.keys(flattenTree(params)).every((path) => /\.[ab]$/.test(path))).toBe(true);
});

test('nothing is left but what is returned, also after an abort', async () => {
  const encoder = await small('bilstm');
  const controller = new AbortController();
  const before = await settledTensors();
  await expect(
    train.pretrainEncoder(encoder, TEXTS, {
      signal: controller.signal,
      onStep: ({ step }) => step === 2 && controller.abort(new Error('enough')),
    }),
  ).rejects.toThrow('enough');
  expect(torch.memory().tensors).toBe(before);
  const params: Tree = await train.pretrainEncoder(encoder, TEXTS, { steps: 2 });
  disposeTree(params);
  expect(torch.memory().tensors).toBe(before);
});

test('contrast refuses an encoder without dropout', async () => {
  const encoder = await small('mean', { dropout: 0 });
  await expect(train.pretrainEncoder(encoder, TEXTS, { objective: 'contrast' })).rejects.toThrow(
    /an encoder with dropout/,
  );
});

test('refuses wrong arguments', async () => {
  const encoder = await small('mean');
  const run = (options: object, texts: unknown = TEXTS) =>
    train.pretrainEncoder(encoder, texts as string[], options);
  await expect(run({ objective: 'guess' })).rejects.toThrow(/'masked-words' or 'denoising'/);
  await expect(run({ temperature: 1 })).rejects.toThrow(/no temperature beside/);
  await expect(run({ objective: 'contrast', noise: 0.1 })).rejects.toThrow(/no noise beside/);
  await expect(run({}, ['a', 'a'])).rejects.toThrow(/at least 2 different texts/);
  await expect(run({}, 'texts')).rejects.toThrow(/an array of strings/);
  await expect(train.pretrainEncoder({} as never, TEXTS)).rejects.toThrow(/an encoder that trains/);
});

test('of ten words to be guessed eight are hidden, one becomes another, one stays', () => {
  const ids = new Int32Array(40_000).fill(7);
  const mask = new Float32Array(40_000).fill(1);
  ids.fill(1, 0, 10_000);
  mask.fill(0, 30_000);
  const how = { vocabularySize: 1000, maskId: 2, specials: new Set([0, 1, 2]), share: 0.15 };
  const { ids: hidden, places, targets } = maskTokens(ids, mask, how, new RandomSource(1));
  expect(places.every((place) => place >= 10_000 && place < 30_000)).toBe(true);
  expect(new Set(targets)).toEqual(new Set([7]));
  expect(Math.abs(places.length / 20_000 - 0.15)).toBeLessThan(0.01);
  const share = (fits: (id: number) => boolean) =>
    places.filter((place) => fits(hidden[place] ?? 0)).length / places.length;
  expect(share((id) => id === 2)).toBeCloseTo(0.8, 1);
  expect(share((id) => id > 2 && id !== 7)).toBeCloseTo(0.1, 1);
  expect(share((id) => id < 2)).toBe(0);
  const chosen = new Set(places);
  expect(hidden.every((id, i) => chosen.has(i) || id === ids[i])).toBe(true);
  const one = maskTokens(Int32Array.of(7), [1], { ...how, share: 1e-9 }, new RandomSource(1));
  expect(one.places).toEqual([0]);
});

test('a share of the words is taken out, never all', () => {
  const random = new RandomSource(1);
  const long = Array.from({ length: 10_000 }, (_, i) => `w${i}`).join(' ');
  expect(withoutWords(long, 0.6, random).split(' ').length / 10_000).toBeCloseTo(0.4, 1);
  expect(withoutWords('card', 0.99, random)).toBe('card');
  expect(withoutWords('', 0.5, random)).toBe('');
});

test('the contrast of views, by hand', () => {
  const a = torch.tensor([
    [1, 0],
    [0, 2],
  ]);
  const b = torch.tensor([
    [3, 0],
    [1, 1],
  ]);
  const half = Math.SQRT1_2;
  const row = (own: number, other: number) =>
    -Math.log(Math.exp(own * 2) / (Math.exp(own * 2) + Math.exp(other * 2)));
  const expected = (row(1, half) + row(half, 0)) / 2;
  expect(Number(train.viewContrast(a, b, 0.5).item())).toBeCloseTo(expected, 5);
  expect(() => train.viewContrast(a, b.narrow(0, 0, 1), 0.5)).toThrow(/\[2, 2\] for the b/);
});

test('a language model learns its texts, and is refused what it cannot take', async () => {
  for (const fresh of [
    text.lstmLanguageModel(TEXTS, { dimensions: 8, hiddenSize: 16 }),
    text.transformerLanguageModel(TEXTS, { dimensions: 8, heads: 2 }),
  ] as text.LayerLanguageModel[]) {
    const model = await train.trainLanguageModel(fresh, TEXTS, {
      steps: 60,
      batchSize: 12,
      learningRate: 1e-2,
    });
    const { perplexity } = text.perplexity(model, TEXTS);
    expect(perplexity).toBeLessThan(text.perplexity(fresh, TEXTS).perplexity / 2);
    model.dispose();
    fresh.dispose();
  }
  const counts = text.kneserNey(TEXTS);
  await expect(train.trainLanguageModel(counts as never, TEXTS)).rejects.toThrow(
    /a language model that is a layer/,
  );
});
