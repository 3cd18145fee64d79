/** Why a request was refused, as a stable string; causes inside of metatorch have the codes of its errors. */
export type HttpErrorCode =
  | 'ERR_HTTP_BODY'
  | 'ERR_HTTP_PATH'
  | 'ERR_HTTP_UNAUTHORIZED'
  | 'ERR_HTTP_FORBIDDEN'
  | 'ERR_HTTP_READ_ONLY'
  | 'ERR_HTTP_NOT_FOUND'
  | 'ERR_HTTP_METHOD'
  | 'ERR_HTTP_BODY_TOO_LARGE'
  | 'ERR_HTTP_LIMIT'
  | 'ERR_HTTP_HEADERS_TOO_LARGE'
  | 'ERR_HTTP_MEDIA_TYPE'
  | 'ERR_HTTP_RATE_LIMIT'
  | 'ERR_HTTP_TIMEOUT'
  | 'ERR_HTTP_HUNG_UP'
  | 'ERR_HTTP_CLOSING'
  | 'ERR_HTTP_REQUEST'
  | 'ERR_HTTP_INTERNAL';

/** What an answer says in its head. */
export type AnswerHeaders = {
  /** Seconds after which it is worth trying again. */
  'retry-after'?: number;
  /** The methods of an address. */
  allow?: string;
  /** How a body may be packed. */
  'accept-encoding'?: string;
};

/** An answer other than success. */
export class HttpError extends Error {
  readonly statusCode: number;
  readonly code: string;
  readonly headers: AnswerHeaders;

  constructor(
    statusCode: number,
    code: HttpErrorCode | (string & {}),
    message: string,
    headers: AnswerHeaders = {},
  ) {
    super(message);
    this.name = 'HttpError';
    this.statusCode = statusCode;
    this.code = code;
    this.headers = headers;
  }
}

/** The classifier in the request is not there, or nothing is at its address. */
export function notFound(message: string): HttpError {
  return new HttpError(404, 'ERR_HTTP_NOT_FOUND', message);
}

/** The status of a request whose client left before the answer; nobody sees it but the log and the metrics. */
export const HUNG_UP = 499;

/** The client left before it had its answer: the reason why its work is given up. */
export function hungUp(): HttpError {
  return new HttpError(HUNG_UP, 'ERR_HTTP_HUNG_UP', 'The client left before the answer');
}
