import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import * as meta from '../../../lib/meta';
import { expandTasks } from '../../../lib/nn';
import { adam } from '../../../lib/optim';
import {
  characterLoss,
  type EncoderDecoder,
  encoderDecoder,
  type PhrasePair,
  phraseEpisodes,
} from '../../../lib/text';
import { leaves, mapTree, torch } from '../../../lib/torch';
import { train, trainEncoderDecoder } from '../../../lib/train';
import { settledTensors } from '../../helpers/garbage';
import { expectClose, expectGradients } from '../../helpers/gradients';

const pair = (source: string, target: string): PhrasePair => ({ source, target });
const pairs = [pair('ab', 'ba'), pair('abcd', 'd'), pair('a', 'abc')];
const small = { dimensions: 3, hiddenSize: 2, dropout: 0 };

let model: EncoderDecoder;
beforeAll(() => {
  model = encoderDecoder(pairs, small);
});
afterAll(() => model.dispose());

test('the probabilities of what comes next sum to 1', () => {
  const { inputs } = model.tensors(pairs);
  const sums = model.layer.apply(model.params, inputs).exp().sum([-1]);
  expect(sums.shape).toEqual([3, 5]);
  expectClose(sums, sums.onesLike(), 1e-5);
});

test('padding changes no loss', () => {
  const alone = pairs.map((own) => model.losses(model.params, [own]));
  expectClose(model.losses(model.params, pairs), torch.cat(alone), 1e-5);
  const [narrow, wide] = [model.tensors(pairs), model.tensors(pairs, 9)].map((own) =>
    characterLoss(
      model.layer.apply(model.params, own.inputs).unsqueeze(0),
      own.labels.unsqueeze(0),
    ),
  );
  expect(Number(wide?.item())).toBeCloseTo(Number(narrow?.item()), 5);
});

test('padding to no length of a text is refused', () => {
  expect(() => model.tensors(pairs, 2 ** 53 - 1)).toThrow(
    'Expected an integer from 1 to 65536 for length of EncoderDecoder.tensors',
  );
});

test.each<[string, unknown[], string]>([
  ['no logarithms', [[1], torch.zeros([1])], 'a tensor for logProbabilities of characterLoss'],
  ['no labels', [torch.zeros([1, 1, 1, 2]), undefined], 'a tensor for labels of characterLoss'],
])('the loss of %s is refused', (_, given, message) => {
  expect(() => Reflect.apply(characterLoss, undefined, given)).toThrow(ArgumentTypeError);
  expect(() => Reflect.apply(characterLoss, undefined, given)).toThrow(message);
});

test('a character that the vocabulary lacks is asked for where the source has it', () => {
  const { inputs, labels } = model.tensors([pair('aé', 'éü')]);
  const { size, unknownId } = model.words.vocabulary;
  const { startId, endId } = model.words;
  const a = model.words.vocabulary.id('a');
  expect(inputs.tolist()).toEqual([
    [[a, size, endId].map(BigInt), [startId, unknownId, unknownId].map(BigInt)],
  ]);
  expect(labels.tolist()).toEqual([[size, unknownId, endId].map(BigInt)]);
});

test('tasks of their own parameters are as apart', () => {
  const { inputs } = model.tensors(pairs);
  const other = mapTree(([w]) => w.mul(1.5), model.params);
  const both = mapTree(([a, b]) => torch.stack([a, b]), model.params, other);
  const y = model.layer.apply(both, torch.stack([inputs, inputs]));
  expectClose(y.select(0, 0), model.layer.apply(model.params, inputs), 1e-5);
  expectClose(y.select(0, 1), model.layer.apply(other, inputs), 1e-5);
});

test('is twice differentiable', () => {
  const params = mapTree(([w]) => w.to('float64'), model.params);
  const { inputs, labels } = model.tensors([pair('ab', 'b')]);
  const { decoder } = params;
  expectGradients(
    (location, hidden, gate) => {
      const own = {
        ...params,
        decoder: {
          ...decoder,
          location: { weight: location ?? decoder.location.weight },
          gate: { ...decoder.gate, weight: gate ?? decoder.gate.weight },
          keys: { weight: hidden ?? decoder.keys.weight },
        },
      };
      return characterLoss(model.layer.apply(own, inputs).unsqueeze(0), labels.unsqueeze(0));
    },
    [decoder.location.weight, decoder.keys.weight, decoder.gate.weight],
  );
});

test('perplexity is exp of the mean loss of a character', () => {
  const mean = Number(model.losses(model.params, pairs).mean().item());
  expect(model.perplexity(pairs)).toBeCloseTo(Math.exp(mean), 4);
});

describe('trained to reverse', () => {
  const words = [
    'ab',
    'abc',
    'cab',
    'bca',
    'dab',
    'bad',
    'cadb',
    'acbd',
    'dbca',
    'bdac',
    'cb',
    'da',
  ];
  const reversed = words.map((own) => pair(own, [...own].reverse().join('')));
  let trained: EncoderDecoder;
  beforeAll(async () => {
    using fresh = encoderDecoder(reversed, { dimensions: 12, hiddenSize: 12, dropout: 0 });
    const options = { steps: 150, batchSize: 12, learningRate: 0.02 };
    trained = await trainEncoderDecoder(fresh, reversed, options);
  });
  afterAll(() => trained?.dispose());

  test('writes what it has learned, and tells how probable it is', () => {
    expect(trained.perplexity(reversed)).toBeLessThan(1.1);
    for (const beams of [1, 4]) {
      const found = trained.generate(words, { beams });
      expect(found.map(({ text }) => text)).toEqual(reversed.map(({ target }) => target));
      for (const [i, { logProbability, ended, unknown }] of found.entries()) {
        const own = trained.losses(trained.params, reversed.slice(i, i + 1)).sum();
        expect(logProbability).toBeCloseTo(-Number(own.item()), 3);
        expect([ended, unknown]).toEqual([true, []]);
      }
    }
  });

  test('the order of sources does not matter', () => {
    const there = trained.generate(words);
    expect(trained.generate(words.toReversed()).toReversed()).toEqual(there);
  });

  test('stops at the most characters, and says so', () => {
    const [cut] = trained.generate(['cadb'], { maxLength: 2 });
    expect([cut?.text, cut?.ended]).toEqual(['bd', false]);
    const [whole] = trained.generate(['cadb'], { maxLength: 4 });
    expect(whole).toMatchObject({ text: 'bdac', ended: true });
    expect(whole?.logProbability).toBeCloseTo(
      trained.generate(['cadb'])[0]?.logProbability ?? 0,
      5,
    );
  });

  test('names characters that it does not know, and may copy them', () => {
    const [found] = trained.generate(['aéb']);
    expect(found?.unknown).toEqual(['é']);
    expect(found?.text).not.toContain('<unk>');
  });
});

test('copies characters that it has never seen', async () => {
  // Every text has a character of its own: nothing but copying brings it.
  const marks = [...'0123456789'];
  const copies = marks.map((mark) => pair(`x${mark}`, mark));
  using fresh = encoderDecoder([pair('x', 'x')], { dimensions: 6, hiddenSize: 6, dropout: 0 });
  using trained = await trainEncoderDecoder(fresh, copies, { steps: 60, learningRate: 0.03 });
  expect(trained.generate(['xé', 'xЖ']).map(({ text }) => text)).toEqual(['é', 'Ж']);
});

test('never writes the mark of unknown characters, and names what it cannot write', async () => {
  const lost = [pair('a', 'é')];
  using fresh = encoderDecoder([pair('a', 'a')], { dimensions: 4, hiddenSize: 4, dropout: 0 });
  expect(fresh.unwritable([...lost, pair('ü', 'ü')])).toEqual(['é']);
  using trained = await trainEncoderDecoder(fresh, lost, { steps: 40, learningRate: 0.05 });
  expect(trained.perplexity(lost)).toBeLessThan(2);
  expect(trained.generate(['a'])[0]?.text).not.toContain('<unk>');
});

test.each([
  [
    'maml',
    () =>
      meta.maml({ model: model.layer, loss: characterLoss, innerLearningRate: 0.1, innerSteps: 1 }),
  ],
  [
    'first-order',
    () =>
      meta.fineTuning({
        model: model.layer,
        loss: characterLoss,
        optimizer: adam({ learningRate: 0.01 }),
        innerSteps: 2,
        firstOrder: true,
      }),
  ],
  [
    'reptile',
    () =>
      meta.reptile({
        model: model.layer,
        loss: characterLoss,
        optimizer: adam({ learningRate: 0.01 }),
        innerSteps: 2,
      }),
  ],
] as const)('is meta-trained by %s', async (_, learnerOf) => {
  const episodes = phraseEpisodes(
    model,
    { one: pairs, other: pairs },
    { tasks: 2, shots: 1, queries: 1 },
  );
  const { params } = await train({
    learner: learnerOf(),
    params: { model: model.params, encoder: {} },
    optimizer: adam({ learningRate: 0.01 }),
    episodes,
    steps: 2,
  });
  const moved = leaves(model.params).map((own, i) => !own.equal(leaves(params.model)[i] ?? own));
  // The table has a row of padding, and no parameter stays where it was.
  expect(moved).toEqual(moved.map(() => true));
});

test('episodes depend on the seed and the batch alone, and mix no names', () => {
  const named = {
    a: ['aa', 'ab', 'ac'].map((s) => pair(s, s)),
    b: ['b', 'c'].map((s) => pair(s, s)),
  };
  const options = { tasks: 3, shots: 1, queries: 1 };
  const [one, same, other] = [0, 0, 1].map((seed) =>
    phraseEpisodes(model, named, { ...options, seed })(5),
  );
  expect(one?.support.inputs.tolist()).toEqual(same?.support.inputs.tolist());
  expect(one?.support.inputs.tolist()).not.toEqual(other?.support.inputs.tolist());
  expect(one?.query.labels.shape).toEqual([3, 1, 3]);
});

test('frees what it makes', async () => {
  const before = await settledTensors();
  {
    using fresh = encoderDecoder(pairs, small);
    using trained = await trainEncoderDecoder(fresh, pairs, { steps: 2 });
    trained.generate(['ab', 'a']);
    trained.perplexity(pairs);
  }
  expect(torch.memory().tensors).toBe(before);
});

test('says so where training diverges, instead of writing whatever comes', async () => {
  const far = { steps: 9, learningRate: 1e30, weightDecay: 0 };
  await expect(trainEncoderDecoder(model, pairs, far)).rejects.toMatchObject({
    code: 'ERR_TORCH_RUNTIME',
    message: expect.stringMatching(/^Expected a finite loss but received NaN in step \d of 9/),
  });
  using lost = model.withParams(mapTree(([w]) => w.mul(Number.NaN), model.params));
  expect(() => lost.generate(['ab'])).toThrow('training has diverged');
});

test('the model that is trained on may be disposed of meanwhile', async () => {
  const before = await settledTensors();
  const fresh = encoderDecoder(pairs, small);
  const training = trainEncoderDecoder(fresh, pairs, { steps: 2 });
  fresh.dispose();
  {
    using trained = await training;
    expect(trained.generate(['ab'])).toHaveLength(1);
  }
  expect(torch.memory().tensors).toBe(before);
});

test('refuses what it cannot read', async () => {
  expect(() => encoderDecoder([])).toThrow(ArgumentRangeError);
  expect(() => encoderDecoder([{ source: 'a' } as never])).toThrow(ArgumentTypeError);
  expect(() => encoderDecoder(pairs, { hidden: 3 } as never)).toThrow('hidden');
  expect(() => model.generate(['a', ''])).toThrow('Expected a text with characters for sources[1]');
  expect(() => model.generate('ab' as never)).toThrow(ArgumentTypeError);
  expect(() => model.generate(['a'], { beams: 0 })).toThrow('beams');
  expect(() => model.layer.apply(model.params, torch.ones([2, 3], { dtype: 'int64' }))).toThrow(
    'Expected [..., 2, L] for the inputs of encoderDecoder but received [2, 3]',
  );
  expect(() => model.withParams(expandTasks(model.params, 2))).toThrow(ArgumentRangeError);
  expect(() => phraseEpisodes(model, { one: pairs })).toThrow(ArgumentRangeError);
  const many = { shots: 1, queries: 1, tasks: 1e9 };
  expect(() => phraseEpisodes(model, { one: pairs }, many)).toThrow('tasks');
  expect(() => model.generate(['a'], { maxLength: 1e9 })).toThrow('10000');
  const { decoder, ...rest } = model.params;
  for (const params of [rest, { ...rest, decoder: {} }, null]) {
    expect(() => model.losses(params as never, pairs)).toThrow(ArgumentTypeError);
  }
  expect(() => phraseEpisodes(model, {}, { shots: 1, queries: 1 })).toThrow(
    'lists of pairs by their names',
  );
  await expect(trainEncoderDecoder({} as never, pairs)).rejects.toThrow('an encoder–decoder');
  await expect(
    trainEncoderDecoder(model, pairs, { signal: AbortSignal.abort('stop') }),
  ).rejects.toBe('stop');
});
