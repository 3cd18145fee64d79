import { ArgumentRangeError, ArgumentTypeError, TorchError } from '../../errors';
import { UnknownClassifierError } from '../store/unknown-classifier';
import { HttpError, notFound } from './http-error';

/** The answer to whatever went wrong. What is not the client's fault says no more than that it happened. */
export function httpErrorOf(error: unknown, bodyLimit: number): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof UnknownClassifierError) return notFound(error.message);
  if (error instanceof ArgumentTypeError || error instanceof ArgumentRangeError) {
    return new HttpError(400, error.code, error.message);
  }
  if (error instanceof TorchError) return ofTorchError(error);
  return ofFastify(Object(error), bodyLimit) ?? internal();
}

function ofTorchError({ code, message }: TorchError): HttpError {
  switch (code) {
    case 'ERR_TORCH_BUSY':
      return new HttpError(503, code, message, 1);
    case 'ERR_TORCH_TIMEOUT':
      return new HttpError(504, code, message);
    case 'ERR_TORCH_DISPOSED':
      return new HttpError(503, code, 'The classifier is being replaced or closed', 1);
    case 'ERR_TORCH_FILE':
      return new HttpError(500, code, 'The change could not be written to disk, and may be lost');
    default:
      return internal(code);
  }
}

/** Fastify's own refusals, in this server's words: theirs may quote what was sent. */
function ofFastify(
  error: { statusCode?: unknown; code?: unknown },
  bodyLimit: number,
): HttpError | undefined {
  switch (error.statusCode) {
    case 400:
      return new HttpError(400, 'ERR_HTTP_BODY', 'Expected one JSON object for the body');
    case 413:
      return new HttpError(
        413,
        'ERR_HTTP_BODY_TOO_LARGE',
        `Expected a body of at most ${bodyLimit} bytes`,
      );
    case 415:
      return new HttpError(
        415,
        'ERR_HTTP_MEDIA_TYPE',
        'Expected application/json for the Content-Type of the body',
      );
    case 503:
      return new HttpError(503, 'ERR_HTTP_CLOSING', 'The server is shutting down', 1);
    default:
      return undefined;
  }
}

function internal(code = 'ERR_HTTP_INTERNAL'): HttpError {
  return new HttpError(500, code, 'Something went wrong inside; the log has it by the request id');
}
