import type { FastifyInstance } from 'fastify';
import type { Service } from './service';
import { followReadiness } from './shut-down';

/** Ready once the threads are warm; on closing, unready, then empty, then gone. */
export function followLife(server: FastifyInstance, service: Service): void {
  const { classifiers, readiness, settings, metrics } = service;
  followReadiness(server, readiness);
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
