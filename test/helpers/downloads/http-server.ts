import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** A server on this machine that answers as `listener` says; `stop` ends its connections too. */
export async function startServer(listener: RequestListener): Promise<{
  url: string;
  /** What it does when it is asked to be a tunnel. */
  onConnect(listener: (request: IncomingMessage, socket: Duplex) => void): void;
  stop(): Promise<void>;
}> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/torch.whl`,
    onConnect: (answer) => server.on('connect', answer),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
