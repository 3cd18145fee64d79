import { FewShotClassifier, membershipTest, queriesOf, savedContents } from '../../lib/serve';
import { withoutWord, wordsOf } from '../../lib/serve/explain/words';
import { fairness } from '../../lib/train';
import { temporaryFolder } from '../helpers/folders';
import { sharedPool } from '../helpers/served';

const pool = sharedPool();
const folder = temporaryFolder();

const ROWS = [
  { text: 'I lost my card', label: 'card_lost', owner: 'ann' },
  { text: 'my card is gone', label: 'card_lost', owner: 'ann' },
  { text: 'someone stole my card', label: 'card_lost' },
  { text: 'will it rain tomorrow', label: 'weather', owner: 'ben' },
  { text: 'how warm is it outside', label: 'weather' },
  { text: 'is it going to snow', label: 'weather' },
];
const fitted = () => FewShotClassifier.fit(ROWS, { pool: pool(), head: 'ridge' });

test('an explanation names the word that decides, by both ways, and the gradients add up', async () => {
  await using classifier = await fitted();
  const text = 'hello, where is my card please';
  const found = await classifier.explain(text, { steps: 128 });
  const { label, probability } = await classifier.predict(text);
  expect(found.label).toBe(label);
  expect(found.probability).toBeCloseTo(probability, 6);
  expect(found.nearest).toHaveLength(3);
  expect(found.words.map(({ word }) => word)).toEqual(text.split(' '));
  const most = (pick: (word: (typeof found.words)[number]) => number) =>
    found.words.toSorted((a, b) => pick(b) - pick(a))[0]?.word;
  expect(most(({ effect }) => effect)).toBe('card');
  expect(most(({ gradient }) => gradient ?? 0)).toBe('card');
  expect(found.gradientError).toBeLessThan(0.02);
  const rough = await classifier.explain(text, { steps: 2 });
  expect(rough.gradientError).toBeGreaterThan(found.gradientError ?? 0);
});

test('gradients may be left out; a text without words has nothing to explain', async () => {
  await using classifier = await fitted();
  const bare = await classifier.explain('my card', { steps: 0 });
  expect(bare.words.map(({ gradient }) => gradient)).toEqual([null, null]);
  expect(bare.gradientError).toBeNull();
  const empty = await classifier.explain('');
  expect([empty.words, empty.unknown]).toEqual([[], 'empty']);
  await expect(classifier.explain('a '.repeat(501))).rejects.toThrow(/at most 500 words/);
  await expect(classifier.explain('a', { steps: -1 })).rejects.toThrow(/steps of explain/);
});

test('words are what white space separates, or what Unicode says is one', () => {
  const words = (text: string) => wordsOf(text, 'the test').map(({ word }) => word);
  expect(words("  it's  a card? ")).toEqual(["it's", 'a', 'card?']);
  expect(words('我的卡丢了').join('')).toBe('我的卡丢了');
  expect(words('我的卡丢了').length).toBeGreaterThan(1);
  const text = 'a bad  card';
  expect(wordsOf(text, 'the test').map((word) => withoutWord(text, word))).toEqual([
    'bad card',
    'a card',
    'a bad',
  ]);
});

test('membership: the nearest example tells, and what is no member is refused', async () => {
  await using classifier = await fitted();
  const others = [
    { text: 'where has my card gone', label: 'card_lost' },
    { text: 'is it cold', label: 'weather' },
  ];
  const found = await membershipTest(classifier, others);
  expect([found.members, found.outsiders]).toEqual([6, 2]);
  // All are told apart, of two others: Wilson's interval of two hits of two.
  expect(found.bySimilarity).toMatchObject({
    auroc: { value: 1, low: expect.closeTo(0.342, 3), high: 1 },
    foundAtOnePercent: 1,
  });
  expect(found.byProbability.auroc.value).toBeGreaterThan(0);
  await expect(membershipTest(classifier, [])).rejects.toThrow(/at least one text/);
  await expect(membershipTest(classifier, ROWS)).rejects.toThrow(/texts that are no examples/);
  const strange = [{ text: 'a', label: 'b' }];
  await expect(membershipTest(classifier, strange)).rejects.toThrow(/a label of the classifier/);
});

test('what a saved classifier holds of its examples is said', async () => {
  await using classifier = await fitted();
  await classifier.save(folder());
  const { tensors, ...contents } = savedContents(folder());
  expect(contents).toEqual({
    texts: 6,
    characters: ROWS.reduce((sum, { text }) => sum + text.length, 0),
    owners: { ann: 2, ben: 1 },
    withoutOwner: 3,
  });
  expect(tensors).toContainEqual({ name: 'x', shape: [6, 512], perExample: true });
  await classifier.removeOwner('ann');
  await classifier.save(folder());
  expect(savedContents(folder())).toMatchObject({ texts: 4, owners: { ben: 1 } });
  expect(() => savedContents('none')).toThrow(/saved few-shot classifier/);
});

test('answers become queries of a report, by groups', async () => {
  await using classifier = await fitted();
  const rows = [
    { text: 'my card is lost', label: 'card_lost', groups: { region: 'north' } },
    { text: 'rain or snow', label: 'weather', groups: { region: 'south' } },
    { text: 'sing a song', label: 'music' },
  ];
  const queries = await queriesOf(classifier, rows);
  expect(queries.map(({ label }) => label)).toEqual(['card_lost', 'weather', null]);
  expect(queries[0]).toMatchObject({ predicted: 'card_lost', groups: { region: 'north' }, row: 0 });
  const { groups, without, parityGap } = fairness(queries, { group: 'region', label: 'card_lost' });
  expect(without).toBe(1);
  expect(groups.map(({ value, selected }) => [value, selected?.value])).toEqual([
    ['north', 1],
    ['south', 0],
  ]);
  expect(parityGap?.value).toBe(1);
});
