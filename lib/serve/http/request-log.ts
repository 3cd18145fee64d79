import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TorchError } from '../../errors';
import { inNextTurn } from '../../next-turn';
import { HUNG_UP } from './http-error';
import type { Metrics } from './metrics';

/** The route's pattern: an address may hold anything, and there are too many of them to count. */
export function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? '(none)';
}

/**
 * Counts every request, and logs a line for it: with the status of its answer, or 499 if its client left
 * before that. Neither says what was in the body.
 */
export function recordAnswers(server: FastifyInstance, metrics: Metrics): void {
  const recorded = new WeakSet<FastifyRequest>();
  const record = (request: FastifyRequest, reply: FastifyReply, status: number): void => {
    recorded.add(request);
    const route = routeOf(request);
    const { method } = request;
    const ms = reply.elapsedTime;
    metrics.answered(route, method, status, ms / 1000);
    request.log.info({ method, route, status, ms: Math.round(ms * 100) / 100 });
  };
  const recordHungUp = (request: FastifyRequest, reply: FastifyReply): void => {
    if (recorded.has(request)) return;
    metrics.hungUp(routeOf(request));
    record(request, reply, HUNG_UP);
  };
  server.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    // An answer that is complete may be recorded in the same turn, after its end.
    reply.raw.once('close', () => inNextTurn(() => recordHungUp(request, reply)));
  });
  server.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    if (!recorded.has(request)) record(request, reply, reply.statusCode);
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
