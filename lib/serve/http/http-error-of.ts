import { ArgumentRangeError, ArgumentTypeError, describe, TorchError } from '../../errors';
import { LimitError } from '../limits';
import { UnknownClassifierError } from '../store/unknown-classifier';
import { HttpError, notFound } from './http-error';

/** What a request says of its body, for the words of a refusal. */
export type Sent = { bodyLimit: number; length: string | undefined; type: string | undefined };

/** The answer to whatever went wrong. What is not the client's fault says no more than that it happened. */
export function httpErrorOf(error: unknown, sent: Sent): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof UnknownClassifierError) return notFound(error.message);
  if (error instanceof LimitError) return new HttpError(413, 'ERR_HTTP_LIMIT', error.message);
  if (error instanceof ArgumentTypeError || error instanceof ArgumentRangeError) {
    return new HttpError(400, error.code, error.message);
  }
  if (error instanceof TorchError) return ofTorchError(error);
  return ofFastify(Object(error), sent) ?? internal();
}

const SOON = { 'retry-after': 1 };

function ofTorchError({ code, message }: TorchError): HttpError {
  switch (code) {
    case 'ERR_TORCH_BUSY':
      return new HttpError(503, code, message, SOON);
    case 'ERR_TORCH_TIMEOUT':
      return new HttpError(504, code, message);
    case 'ERR_TORCH_DISPOSED':
      return new HttpError(503, code, 'The classifier is being replaced or closed', SOON);
    case 'ERR_TORCH_FILE':
      return new HttpError(500, code, 'The change could not be written to disk, and may be lost');
    default:
      return internal(code);
  }
}

/** Fastify's own refusals, in this server's words: theirs may quote what was sent. */
function ofFastify(
  { statusCode, code }: { statusCode?: unknown; code?: unknown },
  { bodyLimit, length, type }: Sent,
): HttpError | undefined {
  if (code === 'FST_ERR_BAD_URL') {
    const message = 'Expected UTF-8 in %XX for the path but received another use of %';
    return new HttpError(400, 'ERR_HTTP_PATH', message);
  }
  if (statusCode === 413) {
    const received = length === undefined ? 'more' : `${Number(length)}`;
    const message = `Expected at most ${bodyLimit} bytes for the body but received ${received}`;
    return new HttpError(413, 'ERR_HTTP_BODY_TOO_LARGE', message);
  }
  if (statusCode === 415) {
    const message = `Expected application/json for the Content-Type of the body but received ${describe(type)}`;
    return new HttpError(415, 'ERR_HTTP_MEDIA_TYPE', message);
  }
  if (statusCode === 503) {
    return new HttpError(503, 'ERR_HTTP_CLOSING', 'The server is shutting down', SOON);
  }
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined;
  const message = 'Expected a whole HTTP request with one JSON object for the body';
  return new HttpError(statusCode, 'ERR_HTTP_REQUEST', message);
}

function internal(code = 'ERR_HTTP_INTERNAL'): HttpError {
  return new HttpError(500, code, 'Something went wrong inside; the log has it by the request id');
}
