import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TorchError } from '../../errors';
import type { Metrics } from './metrics';

/** The route's pattern: an address may hold anything, and there are too many of them to count. */
export function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? '(none)';
}

/** Counts every answer, and logs a line for it. Neither says what was in the body. */
export function recordAnswers(server: FastifyInstance, metrics: Metrics): void {
  server.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  server.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    const route = routeOf(request);
    const { method } = request;
    const ms = reply.elapsedTime;
    metrics.answered(route, method, reply.statusCode, ms / 1000);
    request.log.info({ method, route, status: reply.statusCode, ms: Math.round(ms * 100) / 100 });
  });
}

/**
 * What a log may say of an error: code, place and, where it is of metatorch, its message. Messages of other
 * errors may quote texts.
 */
export function loggedError(error: unknown): Record<string, unknown> {
  const { name, code, stack }: { name?: unknown; code?: unknown; stack?: unknown } = Object(error);
  const frames = String(stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '));
  const message = error instanceof TorchError ? { message: error.message } : {};
  return { name, code, ...message, stack: frames.join('\n') };
}
