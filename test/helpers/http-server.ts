import { createServer, type RequestListener, type Server } from 'node:http';

/** A server on this machine that answers as `listener` says; `stop` ends its connections too. */
export async function startServer(
  listener: RequestListener,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/torch.whl`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
