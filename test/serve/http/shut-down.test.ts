import { shutDown, shutDownOnSignals } from '../../../lib/serve';

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
