import type { FastifyInstance } from 'fastify';
import { createServer, shutDown, shutDownOnSignals } from '../../../lib/serve';

test.each([undefined, 'server', { close: () => undefined }])(
  'a server other than those of createServer is refused: %p',
  async (server) => {
    const message = /^Expected a server of createServer for server of shutDown/;
    await expect(shutDown(server as never)).rejects.toThrow(message);
    const before = process.listenerCount('SIGTERM');
    expect(() => shutDownOnSignals(server as never)).toThrow(message);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  },
);

test.each<[unknown, RegExp]>([
  [null, /Expected an object for the options of shutDown/],
  [{ drian: 5 }, /Unknown option drian; expected drain/],
  [{ drain: '5' }, /Expected a number of milliseconds from 0 to 2147483647 for drain of shutDown/],
  [{ drain: 2 ** 31 }, /Expected a number of milliseconds from 0 to 2147483647/],
  [{ drain: -1 }, /Expected a number of milliseconds from 0/],
  [{ drain: Number.NaN }, /Expected a number of milliseconds from 0/],
])('how a server ends is checked before it does: %p', async (options, message) => {
  const server = createServer({}, { warmUp: false, log: 'silent' });
  const before = process.listenerCount('SIGTERM');
  await expect(shutDown(server, options as never)).rejects.toThrow(message);
  expect(() => shutDownOnSignals(server, options as never)).toThrow(message);
  expect(process.listenerCount('SIGTERM')).toBe(before);
  expect((await (server as FastifyInstance).inject('/readyz')).statusCode).toBe(200);
  await shutDown(server);
});

test('what is called at the end must be a function', async () => {
  const server = createServer({}, { warmUp: false, log: 'silent' });
  const wrong = () => shutDownOnSignals(server, { onClosed: 'exit' as never });
  expect(wrong).toThrow(/Expected a function for onClosed of shutDownOnSignals/);
  await shutDown(server);
});
