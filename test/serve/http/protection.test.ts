import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { createServer, type ServerOptions, shutDown } from '../../../lib/serve';
import { CARDS, sharedPool, twoClassifiers } from '../../helpers/served';

const pool = sharedPool();
const two = twoClassifiers(pool);
let server: FastifyInstance;
let lines: string[];

function start(options: ServerOptions = {}): FastifyInstance {
  lines = [];
  const logTo = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  server = createServer({ ...two() }, { logTo, warmUp: false, ...options });
  return server;
}
afterEach(() => server.close());

function portOf({ server: http }: FastifyInstance): number {
  return (http.address() as AddressInfo).port;
}

const TOKENS = {
  cards: 'token-of-the-cards',
  loans: ['token-of-the-loans', 'second-one-of-loans'],
  '*': 'token-of-everything',
};
const classify = (classifier: string | undefined, token?: string) =>
  server.inject({
    method: 'POST',
    url: '/v1/classify',
    payload: { text: 'a card', ...(classifier && { classifier }) },
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

describe('tokens', () => {
  beforeEach(() => start({ tokens: TOKENS }));

  test('come before what a body is', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const send = (url: string) => server.inject({ method: 'POST', url, payload: 'x', headers });
    expect((await send('/v1/classify')).statusCode).toBe(401);
    expect((await send('/v1/nowhere')).statusCode).toBe(404);
  });

  test.each([
    ['cards', 'token-of-the-cards', 200],
    ['loans', 'token-of-the-cards', 403],
    ['none', 'token-of-the-cards', 403],
    ['loans', 'second-one-of-loans', 200],
    ['loans', 'token-of-everything', 200],
    ['none', 'token-of-everything', 404],
    ['cards', 'token-of-the-card', 401],
    ['cards', undefined, 401],
    // The only one that the token opens.
    [undefined, 'token-of-the-loans', 200],
  ])('%p by %p is %p', async (classifier, token, status) => {
    const response = await classify(classifier, token);
    expect(response.statusCode).toBe(status);
    if (status === 401) expect(response.headers['www-authenticate']).toBe('Bearer');
  });

  test('a token sees its own classifiers alone, and cannot make others', async () => {
    const headers = { authorization: 'Bearer token-of-the-cards' };
    const list = await server.inject({ url: '/v1/classifiers', headers });
    expect(list.json().classifiers.map(({ name }: { name: string }) => name)).toEqual(['cards']);
    const url = '/v1/classifiers/more';
    const put = await server.inject({ method: 'PUT', url, headers, payload: { examples: CARDS } });
    expect(put.statusCode).toBe(403);
    expect((await server.inject({ url: '/metrics', headers })).statusCode).toBe(403);
  });

  test('health, the playground and the document are open to all', async () => {
    for (const url of ['/healthz', '/readyz', '/', '/openapi.json', '/docs']) {
      expect([url, (await server.inject({ url })).statusCode]).toEqual([url, 200]);
    }
  });

  test('a token for a classifier that is not there is told, without the token', async () => {
    await server.close();
    const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    start({
      tokens: { ...TOKENS, crads: 'token-that-opens-nothing', other: ['another-such-token'] },
    });
    const type = { type: 'MetatorchWarning', code: 'METATORCH_UNUSED_TOKENS' };
    const expected = 'Expected the name of a classifier for the token of string';
    expect(warnings.mock.calls).toEqual([
      [`${expected} 'crads' but none has it yet; the nearest is cards`, type],
      [`${expected} 'other' but none has it yet`, type],
    ]);
    warnings.mockRestore();
  });

  test('short tokens are refused without being shown', () => {
    const wrong = () => createServer({}, { tokens: { cards: 'short' }, pool: pool() });
    expect(wrong).toThrow(/Expected a token of at least 16 characters/);
    expect(wrong).not.toThrow(/short/);
  });

  test('a list of 2³² holes is refused at the first', () => {
    const wrong = () => createServer({}, { tokens: { cards: new Array(2 ** 32 - 1) } });
    expect(wrong).toThrow(/an array without holes for tokens.cards of createServer/);
  });
});

test('no log line, and no metric, has a text in it, whatever happens to the request', async () => {
  start();
  const secret = 'mypassword';
  const bodies = [
    { classifier: 'cards', text: secret },
    { classifier: secret, text: 'a' },
    { text: [secret] },
    { [secret]: 1, text: 'a' },
    `{"text": "${secret}`,
  ];
  const headers = { 'content-type': 'application/json' };
  for (const payload of bodies) {
    await server.inject({ method: 'POST', url: '/v1/classify', payload, headers });
  }
  const fails = jest.spyOn(two().cards.pool, 'predict').mockRejectedValue(new Error(secret));
  const failed = await server.inject({
    method: 'POST',
    url: '/v1/classify',
    payload: { classifier: 'cards', text: secret },
  });
  fails.mockRestore();
  expect(failed.statusCode).toBe(500);
  expect(failed.body).not.toContain(secret);
  await server.inject({ url: `/${secret}?text=${secret}` });
  const logged = lines.join('');
  expect(lines.map((line) => JSON.parse(line).status).filter(Boolean)).toEqual([
    200, 404, 400, 400, 400, 500, 404,
  ]);
  expect(logged).toContain(failed.json().requestId);
  expect(logged).not.toContain(secret);
  expect((await server.inject('/metrics')).body).not.toContain(secret);
});

test('what is not HTTP is answered and not logged', async () => {
  start();
  await server.listen({ port: 0, host: '127.0.0.1' });
  const port = portOf(server);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    socket.write('mypassword\r\n\r\n');
  });
  expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request/);
  expect(lines.join('')).not.toContain('mypassword');
});

test('one address may make so many requests a minute, also with wrong tokens', async () => {
  start({ rateLimit: 3, tokens: TOKENS });
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await classify('cards', 'a guess')).statusCode);
  expect(statuses).toEqual([401, 401, 401, 429]);
  const last = await classify('cards', TOKENS.cards);
  expect(last.json().code).toBe('ERR_HTTP_RATE_LIMIT');
  expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
  expect((await server.inject('/healthz')).statusCode).toBe(200);
});

test('metrics count predictions by label, boundedly, and the share of unknown', async () => {
  start({ maxLabelMetrics: 1 });
  const texts = ['I lost my card', 'my card is gone', 'top up my account', 'xyzzy qwrtp'];
  const payload = { classifier: 'cards', texts };
  await server.inject({ method: 'POST', url: '/v1/classify', payload });
  const { body, headers } = await server.inject('/metrics');
  expect(headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
  const samples = body.split('\n');
  const counts = [
    'metatorch_predictions_total{classifier="cards",label="card_lost"} 2',
    'metatorch_predictions_total{classifier="cards",label="(other)"} 1',
    'metatorch_predictions_total{classifier="cards",label=""} 1',
    'metatorch_unknown_total{classifier="cards",reason="unlike every example"} 1',
    'metatorch_unknown_ratio{classifier="cards"} 0.25',
    'metatorch_queue_texts 0',
    'metatorch_running_batches 0',
    'metatorch_batch_texts_sum 4',
    'metatorch_batch_texts_count 1',
    'metatorch_http_request_duration_seconds_count{route="/v1/classify",method="POST",status="200"} 1',
  ];
  expect(counts.filter((line) => !samples.includes(line))).toEqual([]);
  expect(body).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});

test('shutting down: not ready at once, what is under way is answered, then closed', async () => {
  start();
  await server.listen({ port: 0, host: '127.0.0.1' });
  const port = portOf(server);
  expect((await server.inject('/readyz')).statusCode).toBe(200);
  let release = () => {};
  const predict = two().cards.pool.predict.bind(two().cards.pool);
  const held = jest.spyOn(two().cards.pool, 'predict').mockImplementation(async (...args) => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return predict(...args);
  });
  const body = JSON.stringify({ classifier: 'cards', text: 'a card' });
  const path = '/v1/classify';
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const status = new Promise<number>((resolve) => {
    httpRequest({ port, host: '127.0.0.1', method: 'POST', path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).end(body);
  });
  while (held.mock.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const closing = shutDown(server, { drain: 100 });
  expect((await server.inject('/readyz')).statusCode).toBe(503);
  expect((await server.inject('/healthz')).statusCode).toBe(200);
  release();
  expect(await status).toBe(200);
  await closing;
  held.mockRestore();
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  expect(two().cards.predictSync('my card').label).toBe('card_lost');
});
