import { gzipSync } from 'node:zlib';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { TorchError } from '../../../lib/errors';
import { createServer } from '../../../lib/serve';
import { CARDS, LOANS, sharedPool, twoClassifiers } from '../../helpers/served';

const pool = sharedPool();
const two = twoClassifiers(pool);
let server: FastifyInstance;

beforeEach(() => {
  server = createServer({ ...two() }, { log: 'silent', warmUp: false, maxTexts: 4 });
});
afterEach(() => server.close());

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

async function ask(method: Method, url: string, payload?: object) {
  const options: InjectOptions = { method, url, ...(payload && { payload }) };
  const response = await server.inject(options);
  const body = response.body === '' ? null : response.json();
  return { status: response.statusCode, body, headers: response.headers };
}
const refusal = async (method: Method, url: string, payload?: object) => {
  const { status, body } = await ask(method, url, payload);
  return `${status} ${body.message}`;
};

describe('POST /v1/classify', () => {
  test('answers as the classifier does, in the order of the texts', async () => {
    const texts = ['top up please', 'where is my card', 'xyzzy qwrtp'];
    const { status, body } = await ask('POST', '/v1/classify', { classifier: 'cards', texts });
    expect(status).toBe(200);
    expect(body.classifier).toBe('cards');
    expect(body.predictions).toEqual(two().cards.predictSync(texts));
    expect(body.predictions[2].label).toBeNull();
    const one = await ask('POST', '/v1/classify', { classifier: 'cards', text: texts[1] });
    expect(one.body.predictions).toHaveLength(1);
    expect(one.body.predictions[0].label).toBe('card_lost');
  });

  test('each classifier answers from its own examples', async () => {
    for (const [classifier, labels] of [
      ['cards', Object.keys(CARDS)],
      ['loans', Object.keys(LOANS)],
    ]) {
      const { body } = await ask('POST', '/v1/classify', { classifier, text: 'my card' });
      expect(Object.keys(body.predictions[0].probabilities)).toEqual(labels);
    }
  });

  test.each([
    [{ text: 5 }, 'a text for text but received number 5'],
    [{ texts: ['a', null] }, 'a text for texts[1] but received null'],
    [{ texts: [] }, 'an array of 1 to 4 texts for texts but received array of length 0'],
    [
      { texts: Array(5).fill('a') },
      'an array of 1 to 4 texts for texts but received array of length 5',
    ],
    [{}, 'an object with exactly one of text and texts for the body but received Object'],
    [
      { text: 'a', texts: ['b'] },
      'an object with exactly one of text and texts for the body but received Object',
    ],
    [
      [],
      'an object with exactly one of text and texts for the body but received array of length 0',
    ],
    [{ text: 'a', timeout: 0 }, 'milliseconds above 0 for timeout but received number 0'],
    [{ text: 'a', timeout: '5' }, "milliseconds above 0 for timeout but received string '5'"],
    [
      { text: 'a', label: 'b' },
      "no more than classifier, text, texts, timeout in the body but received string 'label'",
    ],
    [{ text: 'a' }, 'one of cards, loans for classifier but received undefined'],
  ])('refuses %j', async (payload, message) => {
    expect(await refusal('POST', '/v1/classify', payload)).toBe(`400 Expected ${message}`);
  });

  test('a classifier that is not there is a 404', async () => {
    const { status, body } = await ask('POST', '/v1/classify', { classifier: 'none', text: 'a' });
    expect(status).toBe(404);
    expect(body).toEqual({
      code: 'ERR_HTTP_NOT_FOUND',
      message: "Expected the name of a classifier that is here but received string 'none'",
      requestId: expect.any(String),
    });
  });

  test('a deadline that passes is a 504, a full queue a 503 that says when to come back', async () => {
    // The deadline passes before the event loop can hear of an answer, however soon it is there.
    const { pool } = two().cards;
    const predict = pool.predict.bind(pool);
    jest.spyOn(pool, 'predict').mockImplementationOnce((...request) => {
      const answer = predict(...request);
      const passed = performance.now() + 5;
      while (performance.now() < passed);
      return answer;
    });
    const late = await ask('POST', '/v1/classify', {
      classifier: 'cards',
      text: 'a',
      timeout: 0.001,
    });
    expect(late).toMatchObject({ status: 504, body: { code: 'ERR_TORCH_TIMEOUT' } });
    const full = jest
      .spyOn(pool, 'predict')
      .mockRejectedValueOnce(new TorchError('ERR_TORCH_BUSY', 'Expected fewer texts'));
    const busy = await ask('POST', '/v1/classify', { classifier: 'cards', text: 'a' });
    full.mockRestore();
    expect(busy).toMatchObject({ status: 503, body: { code: 'ERR_TORCH_BUSY' } });
    expect(busy.headers['retry-after']).toBe('1');
  });
});

describe('bodies', () => {
  const raw = (payload: string | Buffer, type = 'application/json') =>
    server.inject({
      method: 'POST',
      url: '/v1/classify',
      payload,
      headers: { 'content-type': type },
    });

  test.each([
    ['{"text": "a"', 400, 'Expected one JSON object for the body but received what is not JSON'],
    ['', 400, 'Expected one JSON object for the body but received nothing'],
    [
      '{"text": "a", "__proto__": {}}',
      400,
      'Expected names other than __proto__, and no prototype of a constructor, for the keys of the body',
    ],
    [
      '{"text": {"constructor": {"prototype": 1}}}',
      400,
      'Expected names other than __proto__, and no prototype of a constructor, for the keys of the body',
    ],
    [Buffer.from([0x22, 0xff, 0x22]), 400, 'Expected UTF-8 for the body but received other bytes'],
    [
      'x'.repeat(2 ** 20 + 1),
      413,
      'Expected at most 1048576 bytes for the body but received 1048577',
    ],
  ])('case %#: damaged or too large', async (payload, status, message) => {
    const response = await raw(payload);
    expect([response.statusCode, response.json().message]).toEqual([status, message]);
  });

  test('other types are refused', async () => {
    const response = await raw('text=a', 'application/x-www-form-urlencoded');
    expect(response.statusCode).toBe(415);
    expect(response.json().message).toBe(
      "Expected application/json for the Content-Type of the body but received string 'application/x-www-form-urlencoded'",
    );
  });

  test('a packed body is refused', async () => {
    const send = (encoding: string) =>
      server.inject({
        method: 'POST',
        url: '/v1/classify',
        payload: gzipSync('{"classifier": "cards", "text": "a"}'),
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      });
    const packed = await send('gzip');
    expect(packed.headers['accept-encoding']).toBe('identity');
    expect([packed.statusCode, packed.json().message]).toEqual([
      415,
      "Expected a body that is not packed but received the Content-Encoding string 'gzip'",
    ]);
    expect((await send('identity')).json().code).toBe('ERR_HTTP_BODY');
  });

  test('an answer never quotes more than the beginning of a text', async () => {
    const text = 'secret '.repeat(1000);
    const long = await raw(JSON.stringify({ classifier: text, text: 'a' }));
    expect(long.statusCode).toBe(400);
    expect(long.body.length).toBeLessThan(300);
    const key = await raw(JSON.stringify({ text: 'a', [text]: 1 }));
    expect(key.body.length).toBeLessThan(300);
  });
});

describe('/v1/labels', () => {
  const weather = { weather: ['will it rain tomorrow', 'a sunny day'] };

  test('learns a label while it serves, renames it, and forgets it', async () => {
    const added = await ask('POST', '/v1/labels', { classifier: 'cards', examples: weather });
    expect(added.body.labels).toContainEqual({ label: 'weather', examples: 2 });
    const renamed = { classifier: 'cards', label: 'weather', name: 'forecast' };
    expect((await ask('PATCH', '/v1/labels', renamed)).status).toBe(200);
    const text = { classifier: 'cards', text: 'rain tomorrow' };
    expect((await ask('POST', '/v1/classify', text)).body.predictions[0].label).toBe('forecast');
    const gone = await ask('DELETE', '/v1/labels', { classifier: 'cards', label: 'forecast' });
    expect(gone.body.labels.map(({ label }: { label: string }) => label)).toEqual(
      Object.keys(CARDS),
    );
    expect(two().loans.labels).toEqual(Object.keys(LOANS));
  });

  test('answers with the examples that say nothing to the encoder', async () => {
    const examples = { signs: ['☂☂☂', 'a sign'] };
    const { body } = await ask('POST', '/v1/labels', { classifier: 'cards', examples });
    expect(body.unknownExamples).toEqual([{ text: '☂☂☂', label: 'signs' }]);
  });

  test('forgets examples by their texts', async () => {
    const texts = ['my card is gone'];
    const { body } = await ask('DELETE', '/v1/labels', { classifier: 'cards', texts });
    expect(body).toMatchObject({ examples: 3, labels: [{ label: 'card_lost', examples: 1 }, {}] });
  });

  test.each([
    [
      'POST',
      { examples: { a: [] } },
      'an array of one or more texts for examples.a but received array of length 0',
    ],
    ['POST', { examples: { a: ['b', 1] } }, 'a text for examples.a[1] but received number 1'],
    [
      'POST',
      { examples: { a: [' '] } },
      "a text with something in it for examples[0] but received string ' '",
    ],
    ['POST', {}, 'texts by label, { label: [text, …] } for examples but received undefined'],
    [
      'DELETE',
      { label: 'none' },
      "a label of the classifier for label of removeLabel but received string 'none'",
    ],
    [
      'DELETE',
      { label: 'top_up' },
      'examples of at least 2 labels for examples of removeLabel but received number 1',
    ],
    [
      'PATCH',
      { label: 'top_up', name: 'card_lost' },
      "a new name for name of renameLabel but received string 'card_lost'",
    ],
  ] as const)('%s %j is refused', async (method, payload, message) => {
    const before = two().cards.examples;
    const body = { classifier: 'cards', ...payload };
    expect(await refusal(method, '/v1/labels', body)).toBe(`400 Expected ${message}`);
    expect(two().cards.examples).toBe(before);
  });
});

describe('/v1/classifiers', () => {
  test('are described, fitted, replaced and forgotten', async () => {
    const put = await ask('PUT', '/v1/classifiers/more', { examples: CARDS, head: 'ridge' });
    expect(put.status).toBe(201);
    expect(put.body).toEqual({
      name: 'more',
      labels: [
        { label: 'card_lost', examples: 2 },
        { label: 'top_up', examples: 2 },
      ],
      examples: 4,
      unknownExamples: [],
      head: 'ridge',
      heldOutAccuracy: expect.any(Number),
    });
    expect((await ask('PUT', '/v1/classifiers/more', { examples: LOANS })).status).toBe(200);
    const described = (await ask('GET', '/v1/classifiers/more')).body;
    expect(described.labels[0]).toEqual({ label: 'rate', examples: 2 });
    const all = (await ask('GET', '/v1/classifiers')).body.classifiers;
    expect(all.map(({ name }: { name: string }) => name)).toEqual(['cards', 'loans', 'more']);
    expect((await ask('DELETE', '/v1/classifiers/more')).status).toBe(204);
    expect((await ask('GET', '/v1/classifiers/more')).status).toBe(404);
    expect((await ask('DELETE', '/v1/classifiers/more')).status).toBe(404);
  });

  test('learn from what labels are called, and from what they are for', async () => {
    const url = '/v1/classifiers/named';
    const examples = { card_lost: [], top_up: ['add money'] };
    const descriptions = { card_lost: 'The customer has lost a card' };
    expect(await refusal('PUT', url, { examples })).toMatch(
      /^400 Expected at least one text, a description or `labelNames` for the label 'card_lost'/,
    );
    const described = await ask('PUT', url, { examples, descriptions });
    expect(described.body.labels).toEqual([
      { label: 'top_up', examples: 1 },
      { label: 'card_lost', examples: 1 },
    ]);
    const named = await ask('PUT', url, { examples, descriptions, labelNames: true });
    expect(named.body.examples).toBe(4);
    const zero = { examples: { card_lost: [], top_up: [] }, labelNames: true };
    expect((await ask('PUT', url, zero)).body.examples).toBe(2);
    const query = { classifier: 'named', text: 'I lost my card' };
    const { predictions } = (await ask('POST', '/v1/classify', query)).body;
    expect(predictions[0].probabilities.card_lost).toBeGreaterThan(0.5);
  });

  test.each([
    [{ labelNames: 'yes' }, "true, false or 'auto' for labelNames but received string 'yes'"],
    [{ descriptions: [] }, 'a sentence by label, { label: text } for descriptions but received'],
    [{ descriptions: { top_up: 3 } }, 'a text for descriptions.top_up but received number 3'],
    [
      { descriptions: { none: 'x' } },
      'labels of the examples for descriptions of FewShotClassifier.fit but',
    ],
  ])('%j is refused', async (settings, message) => {
    const body = { examples: CARDS, ...settings };
    expect(await refusal('PUT', '/v1/classifiers/more', body)).toContain(`400 Expected ${message}`);
  });

  test('names that cannot be folders everywhere are refused', async () => {
    for (const name of [
      '..%2Fetc',
      'Cards',
      'lock',
      '-a',
      'a'.repeat(65),
      'a'.repeat(15_000),
      '%00',
    ]) {
      const { status, body } = await ask('PUT', `/v1/classifiers/${name}`, { examples: CARDS });
      expect(`${status} ${body.message}`).toMatch(/^400 Expected 1 to 64 lower-case letters/);
    }
  });

  test('examples of one label, labels the same up to case and contradictions are refused', async () => {
    const put = (examples: object) => refusal('PUT', '/v1/classifiers/more', { examples });
    expect(await put({ a: ['b'] })).toMatch(/^400 Expected examples of at least 2 labels/);
    expect(await put({ a: ['b'], A: ['c'] })).toMatch(/^400 .*differ in more than case/);
    expect(await put({ a: ['b'], c: ['b'] })).toMatch(/^400 .*each text under one label/);
  });
});

test('POST /v1/map puts examples and a text on a plane', async () => {
  const { body } = await ask('POST', '/v1/map', { classifier: 'cards', text: 'my card is gone' });
  expect(body.examples).toHaveLength(4);
  const same = body.examples[1];
  expect(same).toMatchObject({ text: 'my card is gone', label: 'card_lost' });
  expect(body.text.x).toBeCloseTo(same.x, 5);
  expect(body.text.y).toBeCloseTo(same.y, 5);
  const distances = body.examples.map(({ x, y }: { x: number; y: number }) => Math.hypot(x, y));
  expect(Math.max(...distances)).toBeCloseTo(1, 6);
});

test('a read-only server answers, says so, and refuses changes', async () => {
  expect((await ask('GET', '/v1/classifiers')).body.readOnly).toBe(false);
  await server.close();
  server = createServer({ ...two() }, { log: 'silent', warmUp: false, readOnly: true });
  for (const [method, url, payload] of [
    ['POST', '/v1/labels', { classifier: 'cards', examples: { a: ['b'] } }],
    ['DELETE', '/v1/labels', { classifier: 'cards', label: 'top_up' }],
    ['PUT', '/v1/classifiers/more', { examples: CARDS }],
    ['DELETE', '/v1/classifiers/cards', undefined],
  ] as const) {
    const { status, body } = await ask(method, url, payload);
    expect([status, body.code]).toEqual([403, 'ERR_HTTP_READ_ONLY']);
  }
  expect((await ask('POST', '/v1/classify', { classifier: 'cards', text: 'a' })).status).toBe(200);
  expect((await ask('GET', '/v1/classifiers')).body.readOnly).toBe(true);
});

test('what is at no address is a 404, and every answer has the id of its request', async () => {
  const { status, body, headers } = await ask('GET', '/v2/bogus');
  expect([status, body.code]).toEqual([404, 'ERR_HTTP_NOT_FOUND']);
  expect(headers['x-request-id']).toBe(body.requestId);
});

test('the OpenAPI document has every route of the API', async () => {
  const { body } = await ask('GET', '/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  expect(Object.keys(body.paths).sort()).toEqual(
    ['/v1/classifiers/', '/v1/classifiers/{name}', '/v1/classify', '/v1/labels', '/v1/map']
      .map((path) => path.replace(/\/$/, ''))
      .sort(),
  );
});

test('wrong classifiers, names and options are refused', () => {
  const { cards } = two();
  expect(() => createServer(Object(null) && Object(5))).toThrow(/Expected classifiers by name/);
  expect(() => createServer({ cards: Object({}) })).toThrow(
    'Expected a FewShotClassifier or AdaptedClassifier for cards of createServer',
  );
  expect(() => createServer({ Cards: cards })).toThrow(/Expected 1 to 64 lower-case letters/);
  expect(() => createServer({ cards }, { bodyLimit: 0 })).toThrow(
    /Expected a positive integer for bodyLimit/,
  );
  expect(() => createServer({ cards }, Object({ bodylimit: 1 }))).toThrow(
    /Unknown option bodylimit/,
  );
});

test('a start may take as long as threads and encoders need', () => {
  expect(server.initialConfig.pluginTimeout).toBe(0);
});
