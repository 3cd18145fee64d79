import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { RelationClassifier } from '../../../../lib/serve';
import { pairFeatures } from '../../../../lib/serve/tasks/relations/pair-features';
import {
  loadEncoderSync,
  loadRelations,
  markedPair,
  type SentenceEncoder,
} from '../../../../lib/text';
import { torch } from '../../../../lib/torch';
import { settledTensors } from '../../../helpers/garbage';

let encoder: SentenceEncoder;
beforeAll(() => {
  encoder = loadEncoderSync();
});
afterAll(() => encoder.dispose());

const relations = loadRelations();

test('the embedded sentences have ten of each of four relations', () => {
  const counts = new Map<string, number>();
  for (const { label } of relations) counts.set(label, (counts.get(label) ?? 0) + 1);
  expect([...counts]).toEqual(
    ['works_for', 'founded', 'born_in', 'married_to'].map((l) => [l, 10]),
  );
  expect(new Set(relations.map(({ tokens }) => tokens.join(' '))).size).toBe(40);
});

test('which entity is the head and which the tail makes a difference', async () => {
  const there = markedPair('[Oslo](head) lies north of [Rome](tail)');
  const back = { ...there, head: there.tail, tail: there.head };
  using x = await pairFeatures(encoder, [there, back, there]);
  const rows = x.tolist() as number[][];
  const cosine = (a: number, b: number) =>
    (rows[a] ?? []).reduce((sum, value, i) => sum + value * (rows[b]?.[i] ?? 0), 0);
  expect(cosine(0, 2)).toBeCloseTo(1, 4);
  expect(cosine(0, 1)).toBeLessThan(0.95);
});

test('says the relation, and the example that is most like the sentence', async () => {
  using classifier = await RelationClassifier.fit(encoder, relations);
  const pair = markedPair('[Anna](head) was born in [Ghent](tail)');
  const [answer] = await classifier.predict([pair]);
  expect(answer?.label).toBe('born_in');
  expect(answer?.nearest.label).toBe('born_in');
  const sum = Object.values(answer?.probabilities ?? {}).reduce((a, b) => a + b, 0);
  expect(sum).toBeCloseTo(1, 9);
  const [own] = await classifier.predict(relations.slice(3, 4));
  expect(own?.nearest.tokens).toEqual(relations[3]?.tokens);
  expect(own?.nearest.similarity).toBeCloseTo(1, 3);
  expect(await classifier.predict([])).toEqual([]);
});

test('refuses entities that overlap or are missing, and a single relation', async () => {
  const tokens = ['a', 'b', 'c'];
  const overlapping = {
    tokens,
    head: { start: 0, end: 2 },
    tail: { start: 1, end: 3 },
    label: 'x',
  };
  await expect(RelationClassifier.fit(encoder, [overlapping])).rejects.toThrow('do not overlap');
  const half = { tokens, head: { start: 0, end: 1 }, label: 'x' };
  await expect(RelationClassifier.fit(encoder, [half as never])).rejects.toThrow(ArgumentTypeError);
  await expect(RelationClassifier.fit(encoder, ['[a](head) [b](tail)' as never])).rejects.toThrow(
    'Expected { tokens, head, tail } for examples[0] of RelationClassifier.fit but received string',
  );
  await expect(RelationClassifier.fit(encoder, relations.slice(0, 5))).rejects.toThrow(
    ArgumentRangeError,
  );
  const named = (label: string) => ({ ...markedPair('[a](head) of [b](tail)'), label });
  await expect(RelationClassifier.fit(encoder, [named(' ')])).rejects.toThrow(
    'a name for the label of examples[0]',
  );
  await expect(RelationClassifier.fit(encoder, [named('of'), named('Of')])).rejects.toThrow(
    /labels that differ in more than case/,
  );
  for (const text of [
    '[a](head) only',
    '[a](head) [b](tail) [c](tail)',
    '[a](head) [b](tail) [c](x)',
  ]) {
    expect(() => markedPair(text)).toThrow(ArgumentRangeError);
  }
});

test('frees what it learned', async () => {
  const before = await settledTensors();
  const classifier = await RelationClassifier.fit(encoder, relations.slice(0, 15));
  expect(torch.memory().tensors).toBe(before + 2);
  classifier.dispose();
  expect(torch.memory().tensors).toBe(before);
});
