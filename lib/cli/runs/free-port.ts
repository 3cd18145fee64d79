import { once } from 'node:events';
import { createServer } from 'node:net';
import { TorchError } from '../../errors';

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address === 'object' && address !== null) return address.port;
  throw new TorchError('ERR_TORCH_RUNTIME', 'Expected a free port of this machine but found none');
}
