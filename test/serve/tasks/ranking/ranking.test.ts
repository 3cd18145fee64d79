import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { ResponseSelector, Summarizer } from '../../../../lib/serve';
import {
  loadArticles,
  loadDialogues,
  loadEncoderSync,
  type SentenceEncoder,
} from '../../../../lib/text';
import { torch } from '../../../../lib/torch';
import { settledTensors } from '../../../helpers/garbage';

let encoder: SentenceEncoder;
beforeAll(() => {
  encoder = loadEncoderSync();
});
afterAll(() => encoder.dispose());

const { hotel = [], ...domains } = loadDialogues();
const { mails = [], ...kinds } = loadArticles();

test('finds the responses of a domain that it has not seen more often than by chance', async () => {
  using selector = await ResponseSelector.fit(encoder, Object.values(domains).flat());
  const answers = hotel.map(({ response }) => response);
  let hits = 0;
  for (const [i, { context }] of hotel.entries()) {
    const found = await selector.select(context, answers, { count: 8 });
    const sum = found.reduce((all, { probability }) => all + probability, 0);
    expect(sum).toBeCloseTo(1, 9);
    expect(found.map(({ index }) => index).toSorted()).toEqual([...answers.keys()]);
    if (found[0]?.index === i) hits++;
  }
  expect(hits).toBeGreaterThan(1);
});

test('the order of candidates does not matter', async () => {
  using selector = await ResponseSelector.fit(encoder, Object.values(domains).flat());
  const answers = hotel.map(({ response }) => response);
  const [one] = await selector.select('can I bring my cat?', answers);
  const [other] = await selector.select('can I bring my cat?', answers.toReversed());
  expect(other?.response).toBe(one?.response);
  expect(other?.probability).toBeCloseTo(one?.probability ?? 0, 6);
});

test('extracts as many sentences as asked for, in the order of the text', async () => {
  using summarizer = await Summarizer.fit(encoder, Object.values(kinds).flat());
  const [letter] = mails;
  const found = await summarizer.summarize(letter?.sentences ?? [], { count: 3 });
  const places = found.map(({ index }) => index);
  expect(places).toEqual(places.toSorted());
  expect(found.map(({ sentence }) => sentence)).toEqual(
    places.map((place) => letter?.sentences[place]),
  );
  expect(await summarizer.summarize(['Only this.'], { count: 3 })).toHaveLength(1);
});

test('frees what it holds', async () => {
  const before = await settledTensors();
  {
    using selector = await ResponseSelector.fit(encoder, hotel);
    await selector.select('hello', ['hi', 'no']);
    using summarizer = await Summarizer.fit(encoder, mails);
    await summarizer.summarize(['One.', 'Two.']);
  }
  expect(torch.memory().tensors).toBe(before);
});

test('refuses what cannot be ranked', async () => {
  const [one = { context: 'a', response: 'b' }] = hotel;
  await expect(ResponseSelector.fit(encoder, [one])).rejects.toThrow(ArgumentRangeError);
  await expect(ResponseSelector.fit(encoder, [one, one])).rejects.toThrow(
    'at least 2 different responses',
  );
  await expect(Summarizer.fit(encoder, [{ sentences: ['a'], summary: 'a' }])).rejects.toThrow(
    'a text of at least 2 sentences',
  );
  await expect(Summarizer.fit(encoder, [{ sentences: ['a', 'b'], summary: '!' }])).rejects.toThrow(
    'a text with words',
  );
  const stranger: SentenceEncoder = Object.create(null);
  await expect(Summarizer.fit(stranger, mails)).rejects.toThrow(ArgumentTypeError);
  using selector = await ResponseSelector.fit(encoder, hotel);
  await expect(selector.select('hello', [])).rejects.toThrow('at least one text');
  await expect(selector.select(' ', ['a'])).rejects.toThrow(ArgumentRangeError);
  await expect(selector.select('a', ['b'], { count: 0 })).rejects.toThrow('a positive integer');
  await expect(selector.select('a', ['b'], { signal: AbortSignal.abort('stop') })).rejects.toBe(
    'stop',
  );
});

test('reads dialogues and articles of this project', () => {
  const pairs = Object.values(loadDialogues()).flat();
  expect([pairs.length, new Set(pairs.map(({ response }) => response)).size]).toEqual([48, 48]);
  const articles = Object.values(loadArticles()).flat();
  expect(articles.map(({ sentences }) => sentences.length)).toEqual(new Array(16).fill(6));
});
