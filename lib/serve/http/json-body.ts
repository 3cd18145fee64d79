import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { describe } from '../../errors';
import { HttpError } from './http-error';

/**
 * Bodies are JSON in UTF-8. Damaged characters are refused: replaced ones would be learned. So are keys that
 * change what objects are.
 */
export function parseJsonStrictly(server: FastifyInstance): void {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const packed = refusalOfPacked(request.headers);
    if (packed !== undefined) {
      done(packed);
      return;
    }
    let text: string;
    try {
      text = utf8.decode(Buffer.from(body));
    } catch {
      done(refused('UTF-8 for the body but received other bytes'));
      return;
    }
    parse(request, text, (error, value) => {
      if (error === null) done(null, value);
      else done(reasonOf(text));
    });
  });
}

/** Packed bodies are refused: a small one may unpack to any size. */
function refusalOfPacked(headers: IncomingHttpHeaders): HttpError | undefined {
  const { 'content-encoding': encoding = 'identity' } = headers;
  if (encoding.trim().toLowerCase() === 'identity') return undefined;
  const message = `Expected a body that is not packed but received the Content-Encoding ${describe(encoding)}`;
  return new HttpError(415, 'ERR_HTTP_MEDIA_TYPE', message, { 'accept-encoding': 'identity' });
}

/** Why a text was refused, without a word of it. */
function reasonOf(text: string): HttpError {
  if (text === '') return refused('one JSON object for the body but received nothing');
  try {
    JSON.parse(text);
  } catch {
    return refused('one JSON object for the body but received what is not JSON');
  }
  return refused(
    'names other than __proto__, and no prototype of a constructor, for the keys of the body',
  );
}

function refused(expected: string): HttpError {
  return new HttpError(400, 'ERR_HTTP_BODY', `Expected ${expected}`);
}
