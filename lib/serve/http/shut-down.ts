import { setTimeout as sleep } from 'node:timers/promises';
import { callable, delay, type OptionsOf, optional, readOptions, withDefault } from '../../check';
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

const SHUTDOWN = {
  /** Milliseconds for which it answers on, unready, so that a load balancer looks elsewhere. Default: 0. */
  drain: withDefault(delay, 0),
};

/** How a server ends. */
export type ShutdownOptions = OptionsOf<typeof SHUTDOWN>;

const ON_SIGNALS = {
  ...SHUTDOWN,
  /** Called once everything is freed, or with what went wrong. */
  onClosed: optional<(error?: unknown) => void>(callable),
};

/**
 * Ends a server: `/readyz` says no, requests under way are answered, then everything is freed.
 *
 * @throws ArgumentTypeError for a server that `createServer` did not make; ArgumentRangeError for options out of range
 */
export async function shutDown(server: HttpServer, options: ShutdownOptions = {}): Promise<void> {
  const readiness = readinessOf(server, 'shutDown');
  const { drain } = readOptions(SHUTDOWN, options, 'shutDown');
  readiness.ready = false;
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
  options: OptionsOf<typeof ON_SIGNALS> = {},
): () => void {
  readinessOf(server, 'shutDownOnSignals');
  const { drain, onClosed } = readOptions(ON_SIGNALS, options, 'shutDownOnSignals');
  const stop = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  const onSignal = (): void => {
    stop();
    shutDown(server, { drain }).then(
      () => onClosed?.(),
      (error: unknown) => onClosed?.(error),
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
