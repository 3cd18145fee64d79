import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from './http-error';
import { httpErrorOf } from './http-error-of';
import { loggedError } from './request-log';

/** A request that is not HTTP. Fastify's own handler would log its bytes. */
export function refuseBrokenRequest(
  error: Error & { code?: string },
  socket: { writable: boolean; end(text: string): void; destroy(): void },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({ code: 'ERR_HTTP_REQUEST', message: 'Expected an HTTP request' });
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** Every failure is answered as `{ code, message, requestId }`. */
export function answerErrors(server: FastifyInstance, bodyLimit: number): void {
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, bodyLimit));
  server.setNotFoundHandler(() => {
    throw notFound('Expected an address and a method of this server; /openapi.json has them');
  });
}

export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  bodyLimit: number,
): FastifyReply {
  const { statusCode, code, message, retryAfter } = httpErrorOf(error, bodyLimit);
  if (statusCode === 500) request.log.error({ error: loggedError(error) });
  if (statusCode === 401) void reply.header('www-authenticate', 'Bearer');
  if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
  return reply.code(statusCode).send({ code, message, requestId: request.id });
}
