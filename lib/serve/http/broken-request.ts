import { randomUUID } from 'node:crypto';
import { maxHeaderSize, STATUS_CODES } from 'node:http';
import { HttpError } from './http-error';

type Socket = { writable: boolean; end(text: string): void; destroy(): void };

/** Answers what is not HTTP, before there is a request. Fastify's own handler would log its bytes. */
export function refuseBrokenRequest(
  error: Error & { code?: string },
  socket: Socket,
  count: (status: number) => void,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { statusCode, code, message } = refusalOf(error.code);
  count(statusCode);
  const requestId = randomUUID();
  const body = JSON.stringify({ code, message, requestId });
  const head = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function refusalOf(code: string | undefined): HttpError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpError(
        431,
        'ERR_HTTP_HEADERS_TOO_LARGE',
        `Expected at most ${maxHeaderSize} bytes for the address and the headers but received more`,
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpError(408, 'ERR_HTTP_TIMEOUT', 'Expected the whole request in less time');
    case 'HPE_INVALID_METHOD':
      return new HttpError(400, 'ERR_HTTP_REQUEST', 'Expected a method of HTTP for the request');
    default:
      return new HttpError(400, 'ERR_HTTP_REQUEST', 'Expected an HTTP request');
  }
}
