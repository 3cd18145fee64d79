import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { nextTurn } from '../../../lib/next-turn';
import { createServer } from '../../../lib/serve';
import { sharedPool, twoClassifiers } from '../../helpers/served';

// What a request is told that no route answers, over sockets where those matter.
const pool = sharedPool();
const two = twoClassifiers(pool);
let server: FastifyInstance;
let lines: string[];

beforeEach(() => {
  lines = [];
  const logTo = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  server = createServer({ ...two() }, { logTo, warmUp: false });
});
afterEach(() => server.close());

async function port(): Promise<number> {
  await server.listen({ port: 0, host: '127.0.0.1' });
  return (server.server.address() as AddressInfo).port;
}

/** What comes back for bytes. */
async function answerTo(bytes: string) {
  const at = await port();
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(at, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
    socket.write(bytes);
  });
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { head, body: JSON.parse(body) };
}

const metric = async (line: string) =>
  (await server.inject('/metrics')).body.split('\n').filter((one) => one.startsWith(line));

describe('addresses', () => {
  test.each([
    ['POST', '/healthz', 'GET or HEAD', '/healthz'],
    ['GET', '/v1/classify', 'POST', '/v1/classify'],
    ['PUT', '/v1/labels?a=b', 'DELETE or PATCH or POST', '/v1/labels'],
    ['PATCH', '/v1/classifiers/cards', 'DELETE or GET or HEAD or PUT', '/v1/classifiers/:name'],
  ] as const)('%s %s is a 405 that names the methods', async (method, url, allowed, pattern) => {
    const response = await server.inject({ method, url });
    expect([response.statusCode, response.json()]).toEqual([
      405,
      {
        code: 'ERR_HTTP_METHOD',
        message: `Expected ${allowed} for the method of ${pattern} but received string '${method}'`,
        requestId: expect.any(String),
      },
    ]);
    expect(response.headers.allow).toBe(allowed.replaceAll(' or ', ', '));
  });

  test.each([
    ['OPTIONS', '/v1/classify', 405],
    ['OPTIONS', '/nowhere', 404],
    ['PUT', '/v1/classify', 405],
    ['POST', '/nowhere', 404],
  ] as const)(
    '%s %s is told of the address, whatever its body: %i',
    async (method, url, status) => {
      for (const payload of ['', '{']) {
        const headers = { 'content-type': 'application/json', origin: 'https://elsewhere.example' };
        const response = await server.inject({ method, url, headers, payload });
        expect([response.statusCode, response.headers.allow]).toEqual([
          status,
          status === 405 ? 'POST' : undefined,
        ]);
      }
      const other = await server.inject({ method, url, headers: { 'content-type': 'a/b' } });
      expect(other.statusCode).toBe(status);
    },
  );

  test.each([
    ['/v1/clasify', 'the nearest is /v1/classify'],
    ['/v1/label', 'the nearest is /v1/labels'],
    ['/quite/another', '/openapi.json has them'],
    ['/v1/classifiers/a/b', 'the nearest is /v1/classifiers'],
  ])('%s is a 404: %s', async (url, offer) => {
    const response = await server.inject({ method: 'POST', url });
    expect([response.statusCode, response.json()]).toEqual([
      404,
      {
        code: 'ERR_HTTP_NOT_FOUND',
        message: `Expected an address of this server for the path but received string '${url}'; ${offer}`,
        requestId: expect.any(String),
      },
    ]);
  });

  test.each(['/v1/classifiers/%zz', '/v1/classifiers/%ff', '/%'])(
    'a percent sign that is no part of UTF-8 is refused: %s',
    async (url) => {
      const response = await server.inject({ method: 'GET', url });
      expect([response.statusCode, response.json()]).toEqual([
        400,
        {
          code: 'ERR_HTTP_PATH',
          message: 'Expected UTF-8 in %XX for the path but received another use of %',
          requestId: response.headers['x-request-id'],
        },
      ]);
    },
  );
});

describe('what is not a request', () => {
  test('too many bytes of headers are a 431 that says how many are accepted', async () => {
    const { head, body } = await answerTo(
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    );
    expect(head).toMatch(/^HTTP\/1.1 431 Request Header Fields Too Large/);
    expect(head).toContain(`X-Request-Id: ${body.requestId}`);
    expect(body).toEqual({
      code: 'ERR_HTTP_HEADERS_TOO_LARGE',
      message: 'Expected at most 16384 bytes for the address and the headers but received more',
      requestId: expect.any(String),
    });
    const count = 'metatorch_http_request_duration_seconds_count{route="(none)",method="(none)"';
    expect(await metric(count)).toEqual([`${count},status="431"} 1`]);
  });

  test('a method that HTTP does not have is a 400', async () => {
    const { head, body } = await answerTo('FETCH / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 400 Bad Request/);
    expect(body).toMatchObject({
      code: 'ERR_HTTP_REQUEST',
      message: 'Expected a method of HTTP for the request',
    });
  });
});

test('a body of 10 MB is answered, over a socket, with how many bytes are accepted', async () => {
  const at = await port();
  const body = Buffer.alloc(10 * 2 ** 20, 'x');
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const answer = await new Promise<string>((resolve, reject) => {
    const request = httpRequest(
      { port: at, host: '127.0.0.1', method: 'POST', path: '/v1/classify', headers },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(`${response.statusCode} ${JSON.parse(text).message}`));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
  expect(answer).toBe('413 Expected at most 1048576 bytes for the body but received 10485760');
});

describe('a client that leaves', () => {
  /** Sends a request whose work does not end by itself, and leaves. */
  async function leaveDuring(send: (at: number) => { destroy(): void }, started: () => boolean) {
    const gone = send(await port());
    while (!started()) await sleep(5);
    gone.destroy();
    while (!lines.join('').includes('"status"')) await sleep(5);
  }

  test('is a 499 in the log and counted, and its texts no longer wait', async () => {
    let signal: AbortSignal | undefined;
    const held = jest
      .spyOn(two().cards.pool, 'predict')
      .mockImplementation((_texts, _scorer, options) => {
        signal = options.signal;
        return new Promise((_resolve, reject) => {
          options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
        });
      });
    const body = JSON.stringify({ classifier: 'cards', text: 'a card' });
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    await leaveDuring(
      (at) => {
        const request = httpRequest({
          port: at,
          host: '127.0.0.1',
          method: 'POST',
          path: '/v1/classify',
          headers,
        });
        request.on('error', () => undefined);
        request.end(body);
        return request;
      },
      () => signal !== undefined,
    );
    held.mockRestore();
    await sleep(20);
    expect(signal?.aborted).toBe(true);
    const logged = lines.map((line) => JSON.parse(line));
    expect(logged.filter(({ level }) => level >= 50)).toEqual([]);
    expect(logged.filter(({ status }) => status)).toEqual([
      expect.objectContaining({ status: 499, route: '/v1/classify', method: 'POST' }),
    ]);
    expect(await metric('metatorch_http_hung_up_total')).toEqual([
      'metatorch_http_hung_up_total{route="/v1/classify"} 1',
    ]);
  });

  test('in the middle of its body is the same', async () => {
    const socket = connect(await port(), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"text"',
    );
    const [incoming] = (await once(server.server, 'request')) as [IncomingMessage];
    // Its body is read from then on.
    while (incoming.readableFlowing !== true) await nextTurn();
    socket.destroy();
    while (!lines.join('').includes('"status"')) await sleep(5);
    await sleep(20);
    const logged = lines.map((line) => JSON.parse(line)).filter(({ route }) => route);
    expect(logged).toEqual([expect.objectContaining({ status: 499, level: 30 })]);
    expect(await metric('metatorch_http_hung_up_total')).toEqual([
      'metatorch_http_hung_up_total{route="/v1/classify"} 1',
    ]);
  });
});
