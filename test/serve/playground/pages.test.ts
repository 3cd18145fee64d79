import type { FastifyInstance } from 'fastify';
import { createServer } from '../../../lib/serve';

let server: FastifyInstance;

beforeAll(() => {
  server = createServer({}, { log: 'silent', warmUp: false });
});
afterAll(() => server.close());

const sent = (file: string) => server.inject({ url: `/playground/${file}` });

test.each(['app.mjs', 'docs.mjs'])('what %s imports is sent too', async (script) => {
  const { statusCode, body } = await sent(script);
  expect(statusCode).toBe(200);
  const imported = [...body.matchAll(/from '\.\/(\w+\.mjs)'/g)].map(([, file]) => file ?? '');
  expect(imported).toContain('page.mjs');
  for (const file of imported) {
    expect(await sent(file)).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8' },
    });
  }
});
