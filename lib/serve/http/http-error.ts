/** Why a request was refused, as a stable string; causes inside of metatorch have the codes of its errors. */
export type HttpErrorCode =
  | 'ERR_HTTP_BODY'
  | 'ERR_HTTP_UNAUTHORIZED'
  | 'ERR_HTTP_FORBIDDEN'
  | 'ERR_HTTP_READ_ONLY'
  | 'ERR_HTTP_NOT_FOUND'
  | 'ERR_HTTP_BODY_TOO_LARGE'
  | 'ERR_HTTP_MEDIA_TYPE'
  | 'ERR_HTTP_RATE_LIMIT'
  | 'ERR_HTTP_CLOSING'
  | 'ERR_HTTP_REQUEST'
  | 'ERR_HTTP_INTERNAL';

/** An answer other than success. */
export class HttpError extends Error {
  readonly statusCode: number;
  readonly code: string;
  /** Seconds after which it is worth trying again. */
  readonly retryAfter: number | undefined;

  constructor(
    statusCode: number,
    code: HttpErrorCode | (string & {}),
    message: string,
    retryAfter?: number,
  ) {
    super(message);
    this.name = 'HttpError';
    this.statusCode = statusCode;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** The classifier in the request is not there, or nothing is at its address. */
export function notFound(message: string): HttpError {
  return new HttpError(404, 'ERR_HTTP_NOT_FOUND', message);
}
