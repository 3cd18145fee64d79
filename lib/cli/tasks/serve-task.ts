import type { ServerOptions } from '../../serve';
import { createServer, shutDownOnSignals } from '../../serve';

/** Serves a task until a signal comes, then frees it. The promise is fulfilled when that is done. */
export async function serveTask(
  task: Pick<ServerOptions, 'assistant' | 'monitor'>,
  { host, port }: { host: string; port: number },
  path: string,
): Promise<void> {
  const server = createServer({}, { ...task, log: 'error', playground: false, warmUp: false });
  try {
    const address = await server.listen({ host, port });
    const closed = new Promise<void>((resolve, reject) => {
      shutDownOnSignals(server, {
        onClosed: (error) => (error === undefined ? resolve() : reject(error)),
      });
    });
    console.error(`Serving at ${address}${path}`);
    await closed;
  } catch (error) {
    await server.close();
    throw error;
  }
}
