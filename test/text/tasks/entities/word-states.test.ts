import { ArgumentTypeError } from '../../../../lib/errors';
import { loadEncoderSync, SentenceEncoder, wordVectorModel } from '../../../../lib/text';
import { wordShapes, wordStates } from '../../../../lib/text/tasks/entities';
import { torch } from '../../../../lib/torch';

let encoder: SentenceEncoder;
beforeAll(() => {
  encoder = loadEncoderSync();
});
afterAll(() => encoder.dispose());

/** The vectors of a text's tokens, as the model makes them of the whole text. */
function statesOf(text: string): number[][] {
  return torch.scope(() => {
    const ids = torch.tensor(encoder.model.tokenize(text)).unsqueeze(0);
    const batch = { ids, mask: torch.ones([1, ids.size(1)]) };
    return encoder.model.vectors?.hidden(encoder.params, batch).squeeze(0).tolist() as number[][];
  });
}

const sum = (rows: readonly number[][]): number[] =>
  rows.reduce((a, b) => a.map((value, i) => value + (b[i] ?? 0)));

test('a word is the mean of the vectors that its tokens have in the sentence', async () => {
  const sentences = [
    ['rain'],
    ['Reykjavik', 'is', 'cold'],
    ['a', 'storm', 'in', 'Oslo', 'tonight'],
  ];
  using states = await wordStates(encoder, sentences);
  expect(states.shape).toEqual([9, 512]);
  const rows = states.tolist() as number[][];
  let at = 0;
  for (const words of sentences) {
    const own = rows.slice(at, at + words.length);
    const counts = words.map((word) => encoder.model.tokenize(word).length);
    const weighted = own.map((row, i) => row.map((value) => value * (counts[i] ?? 0)));
    const whole = sum(statesOf(words.join(' ')));
    sum(weighted).forEach((value, i) => {
      expect(value).toBeCloseTo(whole[i] ?? Number.NaN, 3);
    });
    at += words.length;
  }
});

test('a prompt is read before the words, and is part of none', async () => {
  const { model } = encoder;
  const prompted = new SentenceEncoder({
    ...model,
    tokenize: (text) => model.tokenize(`weather: ${text}`.trim()),
  });
  using states = await wordStates(prompted, [['heavy', 'rain']]);
  const counts = ['heavy', 'rain'].map((word) => model.tokenize(word).length);
  const own = (states.tolist() as number[][]).map((row, i) => row.map((x) => x * (counts[i] ?? 0)));
  const lead = model.tokenize('weather:').length;
  const whole = sum(statesOf('weather: heavy rain').slice(lead));
  sum(own).forEach((value, i) => {
    expect(value).toBeCloseTo(whole[i] ?? Number.NaN, 3);
  });
});

test('a sentence has the same vectors beside others, and whatever their order', async () => {
  const [short, long] = [['thunder'], Array.from({ length: 40 }, (_, i) => `word${i}`)];
  using alone = await wordStates(encoder, [short]);
  using both = await wordStates(encoder, [long, short]);
  using last = both.narrow(0, 40, 1);
  using difference = last.sub(alone);
  expect(Number(difference.abs().max().item())).toBeLessThan(1e-4);
});

test('every word of a sentence that is longer than the encoder reads has a vector', async () => {
  const words = Array.from({ length: 300 }, (_, i) => `number${i}`);
  using states = await wordStates(encoder, [words]);
  expect(states.shape).toEqual([300, 512]);
  using lengths = states.norm(2, [1]);
  expect(Number(lengths.min().item())).toBeGreaterThan(0.1);
});

test('characters that a tokenizer drops, and no sentences at all, are no failure', async () => {
  using odd = await wordStates(encoder, [['\u200b', 'rain']]);
  expect(odd.shape).toEqual([2, 512]);
  using none = await wordStates(encoder, []);
  expect(none.numel()).toBe(0);
});

test('refuses an encoder that looks words up', async () => {
  const spec = { kind: 'word-vectors', name: 'w', words: ['a'], lowerCase: true, maxLength: 9 };
  using words = new SentenceEncoder(wordVectorModel(spec, { vectors: torch.ones([2, 3]) }));
  await expect(wordStates(words, [['a']])).rejects.toThrow(ArgumentTypeError);
});

test('shapes tell how a word and its neighbours are spelt', () => {
  using shapes = wordShapes([['In', 'NATO', '3-D'], ['x']]);
  expect(shapes.shape).toEqual([4, 27]);
  const rows = shapes.tolist() as number[][];
  const own = (row: number) => rows[row]?.slice(9, 18);
  expect(own(0)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(own(1)).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0]);
  expect(own(2)).toEqual([0, 0, 1, 1, 0, 0, 1, 0, 0]);
  expect(own(3)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1]);
  // The word before `NATO` is `In`, the one after it `3-D`; beyond a sentence there is nothing.
  expect(rows[1]?.slice(0, 9)).toEqual(own(0));
  expect(rows[1]?.slice(18)).toEqual(own(2));
  expect(rows[3]?.slice(0, 9)).toEqual(new Array(9).fill(0));
});
