import type { FastifyInstance } from 'fastify';
import { createServer, FewShotClassifier, LimitError } from '../../../lib/serve';
import { CARDS, LOANS, nextFit, sharedPool, twoClassifiers } from '../../helpers/served';

const pool = sharedPool();
const two = twoClassifiers(pool);
let server: FastifyInstance;

beforeEach(() => {
  const limits = { maxLabels: 3, maxExamples: 6, maxTextLength: 20, maxChanges: 2 };
  server = createServer({ ...two() }, { log: 'silent', warmUp: false, ...limits });
});
afterEach(() => server.close());

async function ask(method: 'POST' | 'PUT' | 'PATCH', url: string, payload: object) {
  const response = await server.inject({ method, url, payload });
  const { code, message } = response.json();
  return [response.statusCode, code, message];
}
const learn = (examples: object) => ask('POST', '/v1/labels', { classifier: 'cards', examples });

test('a classifier grows up to its limits, and a change beyond is refused as a whole', async () => {
  const { examples } = two().cards;
  expect(await learn({ a: ['a'], b: ['b'] })).toEqual([
    413,
    'ERR_HTTP_LIMIT',
    'Expected at most 3 labels for the classifier after addExamples but received 4',
  ]);
  expect(await learn({ a: ['a', 'b', 'c'] })).toEqual([
    413,
    'ERR_HTTP_LIMIT',
    'Expected at most 6 examples for the classifier after addExamples but received 7',
  ]);
  expect(two().cards.examples).toEqual(examples);
  expect((await learn({ a: ['a', 'b'] }))[0]).toBe(200);
  // What is there already counts once.
  expect((await learn({ a: ['a', 'b'] }))[0]).toBe(200);
  expect((await learn({ a: ['c'] }))[0]).toBe(413);
});

test('two changes at once cannot go beyond together', async () => {
  const both = await Promise.all([learn({ a: ['a', 'b'] }), learn({ a: ['c', 'd'] })]);
  expect(both.map(([status]) => status).sort()).toEqual([200, 413]);
  expect(two().cards.examples).toHaveLength(6);
});

test('changes of a classifier wait up to a number, and hold up no other classifier', async () => {
  const all = await Promise.all([
    learn({ a: ['a'] }),
    learn({ a: ['b'] }),
    learn({ a: ['c'] }),
    ask('POST', '/v1/labels', { classifier: 'loans', examples: { a: ['a'] } }),
  ]);
  expect(all.map(([status]) => status)).toEqual([200, 200, 503, 200]);
  expect(all[2]?.slice(1)).toEqual([
    'ERR_TORCH_BUSY',
    'Expected at most 2 changes of a classifier to wait but 2 do already; try again later',
  ]);
  expect((await learn({ a: ['b'] }))[0]).toBe(200);
});

test('a new classifier is held to them', async () => {
  const put = (examples: object) => ask('PUT', '/v1/classifiers/more', { examples });
  expect(await put({ a: ['a'], b: ['b'], c: ['c'], d: ['d'] })).toEqual([
    413,
    'ERR_HTTP_LIMIT',
    'Expected at most 3 labels for the classifier after FewShotClassifier.fit but received 4',
  ]);
});

test.each([
  ['POST', '/v1/classify', { classifier: 'cards', text: 'x'.repeat(21) }, 'text', 21],
  ['POST', '/v1/classify', { classifier: 'cards', texts: ['', '💳'.repeat(22)] }, 'texts[1]', 22],
  ['POST', '/v1/labels', { examples: { a: ['b', 'x'.repeat(21)] } }, 'examples.a[1]', 21],
  [
    'POST',
    '/v1/labels',
    { examples: { ['l'.repeat(30)]: ['b'] } },
    'the name of a label in examples',
    30,
  ],
  ['PATCH', '/v1/labels', { label: 'a', name: 'x'.repeat(21) }, 'name', 21],
  ['POST', '/v1/map', { text: 'x'.repeat(21) }, 'text', 21],
] as const)(
  '%s %s refuses texts that are too long (%#)',
  async (method, url, payload, place, count) => {
    expect(await ask(method, url, payload)).toEqual([
      400,
      'ERR_HTTP_BODY',
      `Expected at most 20 characters for ${place} but received ${count}`,
    ]);
    const most = { classifier: 'cards', text: '💳'.repeat(20) };
    expect((await ask('POST', '/v1/classify', most))[0]).toBe(200);
  },
);

test('a classifier has limits of its own where it is asked for them, and none else', async () => {
  const options = { pool: pool(), limits: { labels: 2, examples: 5 } };
  await using cards = await FewShotClassifier.fit(CARDS, options);
  await cards.addExamples({ weather: ['rain'] });
  const beyond = cards.addExamples({ weather: ['sun', 'snow'] }, { limits: { examples: 6 } });
  await expect(beyond).rejects.toThrow(LimitError);
  await expect(FewShotClassifier.fit({ ...CARDS, ...LOANS }, options)).rejects.toThrow(
    'Expected at most 2 labels for the classifier after FewShotClassifier.fit but received 4',
  );
  const wrong = { pool: pool(), limits: { label: 2 } };
  await expect(FewShotClassifier.fit(CARDS, wrong as never)).rejects.toThrow(
    'limits of FewShotClassifier.fit: Unknown option label; expected labels, examples',
  );
});

test('an edit of one classifier does not wait for a large fit of another', async () => {
  const many = (label: string) => Array.from({ length: 600 }, (_, i) => `${label} ${i}`);
  const order: string[] = [];
  const begun = nextFit(pool());
  const large = FewShotClassifier.fit(
    { a: many('a'), b: many('b') },
    { pool: pool(), head: 'class-mean' },
  ).then(async (classifier) => {
    order.push('large');
    await classifier.close();
  });
  await begun;
  await two().cards.addExamples({ weather: ['rain'] });
  order.push('edit');
  await two().loans.predict('a loan');
  order.push('prediction');
  await large;
  expect(order).toEqual(['edit', 'prediction', 'large']);
});

test('an edit whose client has left is not begun', async () => {
  const leaving = new AbortController();
  leaving.abort(new Error('left'));
  const { signal } = leaving;
  const { cards } = two();
  await expect(cards.addExamples({ a: ['b'] }, { signal })).rejects.toThrow('left');
  await expect(cards.removeLabel('top_up', { signal })).rejects.toThrow('left');
  await expect(cards.removeExamples(['top up my account'], { signal })).rejects.toThrow('left');
  await expect(cards.renameLabel('top_up', 'b', { signal })).rejects.toThrow('left');
  await expect(cards.plane([], { signal })).rejects.toThrow('left');
  await expect(FewShotClassifier.fit(CARDS, { pool: pool(), signal })).rejects.toThrow('left');
  expect(cards.labels).toEqual(Object.keys(CARDS));
});
