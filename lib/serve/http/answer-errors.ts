import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Addresses } from './addresses';
import { httpErrorOf } from './http-error-of';
import { loggedError } from './request-log';

/** Every failure is answered as `{ code, message, requestId }`. */
export function answerErrors(
  server: FastifyInstance,
  addresses: Addresses,
  bodyLimit: number,
): void {
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, bodyLimit));
  // Before the body is read, which nobody is there for.
  server.addHook('preParsing', async (request) => {
    if (request.is404) throw addresses.refusal(request);
  });
}

export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  bodyLimit: number,
): FastifyReply {
  const { 'content-length': length, 'content-type': type } = request.headers;
  const sent = { bodyLimit, length, type };
  const { statusCode, code, message, headers } = httpErrorOf(error, sent);
  if (statusCode === 500) request.log.error({ error: loggedError(error) });
  void reply.headers({ ...headers, 'x-request-id': request.id });
  if (statusCode === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.code(statusCode).send({ code, message, requestId: request.id });
}
