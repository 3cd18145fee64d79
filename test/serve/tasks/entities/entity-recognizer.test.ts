import { ArgumentTypeError } from '../../../../lib/errors';
import { EntityBoundaries, EntityRecognizer } from '../../../../lib/serve';
import {
  loadEncoderSync,
  loadEntityTexts,
  markedText,
  SentenceEncoder,
} from '../../../../lib/text';
import { torch } from '../../../../lib/torch';
import { spanScores } from '../../../../lib/train';
import { settledTensors } from '../../../helpers/garbage';

let encoder: SentenceEncoder;
beforeAll(() => {
  encoder = loadEncoderSync();
});
afterAll(() => encoder.dispose());

const travel = loadEntityTexts({ domain: 'travel' });
const examples = travel.slice(0, 15);
const others = travel.slice(15);

const f1 = async (recognizer: EntityRecognizer): Promise<number> => {
  const found = await recognizer.tag(others.map(({ tokens }) => tokens));
  return spanScores(
    found,
    others.map(({ entities }) => entities),
  ).f1;
};

test('finds entities of the examples’ types, the better for knowing other texts', async () => {
  using alone = await EntityRecognizer.fit(encoder, examples);
  expect(alone.types).toEqual(['city', 'time', 'airline']);
  const source = (['music', 'shop'] as const).flatMap((domain) => loadEntityTexts({ domain }));
  using boundaries = await EntityBoundaries.fit(encoder, source);
  using helped = await EntityRecognizer.fit(encoder, examples, { boundaries });
  const [before, after] = [await f1(alone), await f1(helped)];
  expect(before).toBeGreaterThan(0.3);
  expect(after).toBeGreaterThan(before);
});

test('says which characters of a text an entity has, and how probable it is', async () => {
  using recognizer = await EntityRecognizer.fit(encoder, travel);
  const text = '  Is there a bus from Oslo to Lisbon?';
  const [entities = []] = await recognizer.find([text]);
  expect(entities.map(({ type, text: own }) => [type, own])).toEqual([
    ['city', 'Oslo'],
    ['city', 'Lisbon'],
  ]);
  for (const { text: own, start, end, probability } of entities) {
    expect(text.slice(start, end)).toBe(own);
    expect(probability).toBeGreaterThan(0.3);
    expect(probability).toBeLessThanOrEqual(1);
  }
});

test('the order of the examples means nothing', async () => {
  using one = await EntityRecognizer.fit(encoder, examples);
  using other = await EntityRecognizer.fit(encoder, examples.toReversed());
  const sentences = others.map(({ tokens }) => tokens);
  const plain = async (recognizer: EntityRecognizer) =>
    (await recognizer.tag(sentences)).map((found) =>
      found.map(({ type, start, end }) => ({ type, start, end })),
    );
  expect(await plain(one)).toEqual(await plain(other));
});

test('texts without words have no entities, and no texts are no failure', async () => {
  using recognizer = await EntityRecognizer.fit(encoder, examples);
  expect(await recognizer.find(['', '   '])).toEqual([[], []]);
  expect(await recognizer.find([])).toEqual([]);
  expect(await recognizer.find(['', 'from Oslo'])).toHaveLength(2);
  expect(await recognizer.tag([])).toEqual([]);
  const expected = 'an array without holes for sentences of EntityRecognizer.tag';
  await expect(recognizer.tag(new Array(2 ** 32 - 1))).rejects.toThrow(expected);
});

test('frees what it learned and keeps the encoder', async () => {
  const before = await settledTensors();
  const recognizer = await EntityRecognizer.fit(encoder, examples);
  expect(torch.memory().tensors).toBe(before + 2);
  recognizer.dispose();
  expect(torch.memory().tensors).toBe(before);
  await expect(recognizer.find(['Oslo'])).rejects.toMatchObject({ code: 'ERR_TORCH_DISPOSED' });
});

test('refuses nested entities, examples without entities, and boundaries of another encoder', async () => {
  const nested = {
    tokens: ['Bank', 'of', 'Oslo'],
    entities: [
      { type: 'company', start: 0, end: 3 },
      { type: 'city', start: 2, end: 3 },
    ],
  };
  await expect(EntityRecognizer.fit(encoder, [nested])).rejects.toThrow(
    'entities that do not overlap',
  );
  await expect(EntityRecognizer.fit(encoder, [markedText('no entity')])).rejects.toThrow(
    'Expected sentences with at least one entity for examples of EntityRecognizer.fit but received',
  );
  await expect(EntityBoundaries.fit(encoder, [markedText('none')])).rejects.toThrow(
    'Expected sentences with at least one entity for sentences of EntityBoundaries.fit but received',
  );
  using boundaries = await EntityBoundaries.fit(encoder, examples);
  const cut = new SentenceEncoder({ ...encoder.model, fingerprint: 'another' });
  await expect(EntityRecognizer.fit(cut, examples, { boundaries })).rejects.toThrow(
    'Expected boundaries that were learned with the encoder',
  );
  await expect(EntityRecognizer.fit({} as never, examples)).rejects.toThrow(ArgumentTypeError);
  await expect(
    EntityRecognizer.fit(encoder, examples, { boundaries: {} as never }),
  ).rejects.toThrow(ArgumentTypeError);
});

test('ends at the caller’s wish', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(EntityRecognizer.fit(encoder, examples, { signal })).rejects.toThrow('enough');
});
