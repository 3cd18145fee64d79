import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ClassifierStore, createServer, type Example, FewShotClassifier } from '../../lib/serve';
import { HEAD_NAMES } from '../../lib/serve/heads';
import { temporaryFolder } from '../helpers/folders';
import { sharedPool } from '../helpers/served';

const pool = sharedPool();
const folder = temporaryFolder();

const ROWS: readonly Example[] = [
  { text: 'Ms Miller cannot find her card', label: 'card_lost', owner: 'miller' },
  { text: 'how do I add money', label: 'top_up' },
  { text: 'I lost my card', label: 'card_lost', owner: 'jones' },
  { text: 'top up my account', label: 'top_up', owner: 'miller' },
  { text: 'my card is gone', label: 'card_lost' },
  { text: 'put money on my card', label: 'top_up', owner: 'jones' },
  { text: 'will it rain tomorrow', label: 'weather', owner: 'jones' },
  { text: 'is it going to snow', label: 'weather', owner: 'miller' },
  { text: 'how warm is it outside', label: 'weather' },
];
const OTHERS = ROWS.filter(({ owner }) => owner !== 'miller');

/** The bytes of every file of a folder, by its path in there. */
function filesOf(path: string): Map<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return new Map(
    names
      .filter((name) => statSync(join(path, name)).isFile())
      .map((name) => [name, readFileSync(join(path, name), 'latin1')]),
  );
}

async function saved(classifier: FewShotClassifier, name: string): Promise<Map<string, string>> {
  await classifier.save(join(folder(), name));
  return filesOf(join(folder(), name));
}

test.each([...HEAD_NAMES, 'auto'] as const)(
  'what is left of %s is to the bit the classifier that never saw them',
  async (head) => {
    await using classifier = await FewShotClassifier.fit(ROWS, { head, pool: pool() });
    const before = await saved(classifier, 'before');
    await classifier.removeOwner('miller');
    await using never = await FewShotClassifier.fit(OTHERS, { head, pool: pool() });
    expect(classifier.labels).toEqual(['top_up', 'card_lost', 'weather']);
    expect(classifier.examples).toEqual(never.examples);
    const texts = ['my card!', 'is there snow?', 'more money please'];
    expect(classifier.predictSync(texts)).toEqual(never.predictSync(texts));
    const after = await saved(classifier, 'after');
    expect(after).toEqual(await saved(never, 'never'));
    expect(after).not.toEqual(before);
    expect([...after.values()].join()).not.toContain('miller');
  },
);

test('examples that came later are forgotten as well as the first', async () => {
  await using classifier = await FewShotClassifier.fit(OTHERS, { head: 'ridge', pool: pool() });
  const later = ROWS.filter(({ owner }) => owner === 'miller');
  await classifier.addExamples(later);
  await classifier.renameLabel('weather', 'forecast');
  await classifier.renameLabel('forecast', 'weather');
  expect(classifier.examples.filter(({ owner }) => owner === 'miller')).toEqual(later);
  await classifier.removeOwner('miller');
  await using never = await FewShotClassifier.fit(OTHERS, { head: 'ridge', pool: pool() });
  expect(await saved(classifier, 'after')).toEqual(await saved(never, 'never'));
});

test('a text of two owners stays as long as one of them', async () => {
  const both: Example[] = [
    ...OTHERS,
    { text: 'I lost my card ', label: 'card_lost', owner: 'kim' },
  ];
  await using classifier = await FewShotClassifier.fit([...both, ...both], { pool: pool() });
  expect(classifier.examples).toEqual(both);
  await classifier.removeOwner('jones');
  expect(classifier.examples.map(({ text }) => text)).toContain('I lost my card ');
  await classifier.removeOwner('kim');
  expect(classifier.examples.map(({ text }) => text)).not.toContain('I lost my card ');
});

test('owners are kept in files, and in no prediction', async () => {
  await using classifier = await FewShotClassifier.fit(ROWS, { pool: pool() });
  await classifier.save(join(folder(), 'kept'));
  await using loaded = await FewShotClassifier.load(join(folder(), 'kept'), { pool: pool() });
  expect(loaded.examples).toEqual(ROWS);
  const shown = [
    await loaded.predict('I lost my card'),
    await loaded.similar('I lost my card'),
    await loaded.plane(['a card']),
    await loaded.suspects(),
  ];
  expect(JSON.stringify(shown)).not.toMatch(/owner|miller|jones/u);
});

test.each([
  [
    'nobody',
    /Expected the owner of an example for owner of removeOwner but received string 'nobody'/,
  ],
  [' ', /Expected a name for the owner of the examples/],
  [Object(5), /Expected a string for the owner of the examples/],
])('%p is refused', async (owner, message) => {
  await using classifier = await FewShotClassifier.fit(ROWS, { pool: pool() });
  await expect(classifier.removeOwner(owner)).rejects.toThrow(message);
  expect(classifier.examples).toEqual(ROWS);
});

test('what would leave fewer than two labels is refused, and so are owners that are no names', async () => {
  const rows = ROWS.filter(({ label }) => label !== 'weather').map((row) => ({
    ...row,
    owner: row.label,
  }));
  await using classifier = await FewShotClassifier.fit(rows, { pool: pool() });
  await expect(classifier.removeOwner('top_up')).rejects.toThrow(/at least 2 labels/);
  const wrong = [{ text: 'a', label: 'top_up', owner: '' }];
  await expect(classifier.addExamples(wrong)).rejects.toThrow(
    /Expected a name for the owner of examples\[0\]/,
  );
});

test('a store keeps no word of an owner that was removed', async () => {
  const path = join(folder(), 'store');
  await using store = await ClassifierStore.open(path, { pool: pool() });
  await store.put('cards', OTHERS, { head: 'logistic' });
  const later = ROWS.filter(({ owner }) => owner === 'miller');
  await store.change('cards', { type: 'addExamples', examples: later });
  expect([...filesOf(path).values()].join()).toContain('Ms Miller');
  await store.change('cards', { type: 'removeOwner', owner: 'miller' });
  expect([...filesOf(path).values()].join()).not.toMatch(/miller/iu);
  await using never = await FewShotClassifier.fit(OTHERS, { head: 'logistic', pool: pool() });
  const snapshot = filesOf(join(path, 'cards', 'snapshot-2'));
  expect(snapshot).toEqual(await saved(never, 'never'));
});

test('over HTTP', async () => {
  await using classifier = await FewShotClassifier.fit(OTHERS, { pool: pool() });
  const server = createServer<FastifyInstance>(
    { cards: classifier },
    { log: 'silent', warmUp: false },
  );
  const ask = (method: 'POST' | 'DELETE', payload: object) =>
    server.inject({ method, url: '/v1/labels', payload });
  await ask('POST', { examples: { weather: ['a storm is near'] }, owner: 'kim' });
  expect(classifier.examples.at(-1)).toEqual({
    text: 'a storm is near',
    label: 'weather',
    owner: 'kim',
  });
  expect((await ask('DELETE', { owner: 'kim' })).statusCode).toBe(200);
  expect(classifier.examples).toEqual(OTHERS);
  expect((await ask('DELETE', { owner: 'kim' })).statusCode).toBe(400);
  expect((await ask('DELETE', { owner: 'jones', label: 'weather' })).statusCode).toBe(400);
  await server.close();
});
