import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Service } from './service';

/** Ready once the threads are warm; on closing, unready, then empty, then gone. */
export function followLife(server: FastifyInstance, service: Service): void {
  const { classifiers, readiness, settings, metrics } = service;
  server.decorate('readiness', readiness);
  server.addHook('onReady', async () => {
    if (settings.warmUp) await Promise.all(classifiers.pools().map((pool) => pool.warmUp()));
    readiness.ready = true;
  });
  server.addHook('preClose', async () => {
    readiness.ready = false;
  });
  server.addHook('onClose', async () => {
    await classifiers.close();
    metrics.close();
  });
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** How a server ends. */
export type ShutdownOptions = {
  /** Milliseconds for which it answers on, unready, so that a load balancer looks elsewhere. Default: 0. */
  drain?: number;
};

/** Ends a server: `/readyz` says no, requests under way are answered, then everything is freed. */
export async function shutDown(
  server: FastifyInstance,
  { drain = 0 }: ShutdownOptions = {},
): Promise<void> {
  server.readiness.ready = false;
  if (drain > 0) await sleep(drain);
  await server.close();
}

/**
 * Ends a server when the process gets SIGTERM or SIGINT. A second signal ends the process at once.
 *
 * @returns a function that no longer waits for signals
 */
export function shutDownOnSignals(
  server: FastifyInstance,
  options: ShutdownOptions & { onClosed?: (error?: unknown) => void } = {},
): () => void {
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
