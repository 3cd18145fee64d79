import { setTimeout as sleep } from 'node:timers/promises';
import { invalidArgument } from '../../errors';
import type { HttpServer } from './http-server';

/** Whether requests should come here, as a load balancer asks. */
export type Readiness = { ready: boolean };

/** Of the servers that `createServer` made. */
const known = new WeakMap<object, Readiness>();

/** Lets `shutDown` say that a server is no longer ready. */
export function followReadiness(server: object, readiness: Readiness): void {
  known.set(server, readiness);
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** How a server ends. */
export type ShutdownOptions = {
  /** Milliseconds for which it answers on, unready, so that a load balancer looks elsewhere. Default: 0. */
  drain?: number;
};

/**
 * Ends a server: `/readyz` says no, requests under way are answered, then everything is freed.
 *
 * @throws ArgumentTypeError for a server that `createServer` did not make
 */
export async function shutDown(
  server: HttpServer,
  { drain = 0 }: ShutdownOptions = {},
): Promise<void> {
  readinessOf(server, 'shutDown').ready = false;
  if (drain > 0) await sleep(drain);
  await server.close();
}

/**
 * Ends a server when the process gets SIGTERM or SIGINT. A second signal ends the process at once.
 *
 * @returns a function that no longer waits for signals
 * @throws ArgumentTypeError for a server that `createServer` did not make
 */
export function shutDownOnSignals(
  server: HttpServer,
  options: ShutdownOptions & { onClosed?: (error?: unknown) => void } = {},
): () => void {
  readinessOf(server, 'shutDownOnSignals');
  const stop = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  const onSignal = (): void => {
    stop();
    shutDown(server, options).then(
      () => options.onClosed?.(),
      (error: unknown) => options.onClosed?.(error),
    );
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return stop;
}

function readinessOf(server: HttpServer, operator: string): Readiness {
  const found = known.get(server);
  if (found !== undefined) return found;
  throw invalidArgument('a server of createServer', `server of ${operator}`, server, operator);
}
