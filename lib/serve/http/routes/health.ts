import type { FastifyInstance } from 'fastify';
import { HttpError } from '../http-error';
import type { Service } from '../service';

const PUBLIC = { config: { isPublic: true, rateLimit: false as const }, schema: { hide: true } };

/** `GET /healthz`: the process answers. `GET /readyz`: it wants requests. `GET /metrics`, for Prometheus. */
export function addHealth(server: FastifyInstance, { readiness, metrics }: Service): void {
  server.get('/healthz', PUBLIC, async () => ({ status: 'ok' }));
  server.get('/readyz', PUBLIC, async () => {
    if (readiness.ready) return { status: 'ready' };
    throw new HttpError(503, 'ERR_HTTP_CLOSING', 'The server is starting or shutting down', {
      'retry-after': 1,
    });
  });
  server.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    // They tell the names of all classifiers and labels.
    if (!request.grant.all) {
      throw new HttpError(403, 'ERR_HTTP_FORBIDDEN', 'Expected a token that opens everything');
    }
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
