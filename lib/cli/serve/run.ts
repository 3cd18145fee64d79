import { TorchError } from '../../errors';
import {
  createServer,
  EncoderPool,
  type HttpServer,
  type LogLevel,
  shutDownOnSignals,
} from '../../serve';
import { httpPackages } from '../../serve/http/packages';
import { userError } from '../user-error';
import { keepsChanges, openClassifiers } from './open-classifiers';

export type ServeOptions = {
  store?: string;
  model?: string;
  host: string;
  port: number;
  token?: Record<string, string[]>;
  rateLimit?: number;
  maxLabels?: number;
  maxExamples?: number;
  maxTextLength?: number;
  trustProxy?: boolean;
  workers: number;
  drain: number;
  playground: boolean;
  log: LogLevel;
};

/** Opens classifiers and serves them until a signal comes. */
export async function runServe(paths: readonly string[], options: ServeOptions): Promise<void> {
  // Before a store is made that the next start would find.
  httpPackages();
  const { maxLabels, maxExamples, maxTextLength } = options;
  if ((maxLabels ?? maxExamples) !== undefined && !keepsChanges(paths, options.store)) {
    const flag = maxLabels === undefined ? '--max-examples' : '--max-labels';
    const message = `${flag} is for what is learned: say by --store <folder> where that is kept`;
    throw new TorchError('ERR_TORCH_ARGUMENT', message);
  }
  const pool = await EncoderPool.open({ workers: options.workers });
  let server: HttpServer | undefined;
  try {
    const { classifiers, readOnly, passedOver } = await openClassifiers(paths, options, pool);
    for (const { name, path } of passedOver) {
      console.error(`${path} is not read: the store has ${name} already, with all it has learned.`);
    }
    server = createServer(classifiers, {
      readOnly,
      rateLimit: options.rateLimit ?? 0,
      trustProxy: options.trustProxy ?? false,
      playground: options.playground,
      log: options.log,
      maxLabels,
      maxExamples,
      maxTextLength,
      ...(options.token && { tokens: options.token }),
    });
    const address = await server.listen({ host: options.host, port: options.port });
    // Before it is announced: whoever reads that may send a signal.
    shutDownOnSignals(server, { drain: options.drain, onClosed: endPool(pool) });
    const names = classifiers.names().join(', ') || 'no classifier yet';
    console.error(`Serving ${names} at ${address}`);
    if (readOnly)
      console.error('Changes are refused, since nothing keeps them; --store <folder> does.');
  } catch (error) {
    await server?.close();
    await pool.close();
    throw oneLine(error, options);
  }
}

function endPool(pool: EncoderPool): (error?: unknown) => void {
  return (error) => {
    if (error !== undefined) process.exitCode = 1;
    void pool.close();
  };
}

/** What a person can mend is said in one line. */
function oneLine(error: unknown, { host, port }: ServeOptions): unknown {
  const { code, message } = Object(error);
  const where = `${host}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return new TorchError('ERR_TORCH_BUSY', `Cannot listen at ${where}: the port is in use`);
    case 'EACCES':
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new TorchError('ERR_TORCH_ARGUMENT', `Cannot listen at ${where}: ${message}`);
    default:
      return userError(error);
  }
}
