import type { FastifyInstance } from 'fastify';
import { HttpError } from './http-error';

/** Bodies are JSON in UTF-8. Damaged characters are refused: replaced ones would be learned. */
export function parseJsonStrictly(server: FastifyInstance): void {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    let text: string;
    try {
      text = utf8.decode(Buffer.from(body));
    } catch {
      done(
        new HttpError(400, 'ERR_HTTP_BODY', 'Expected UTF-8 for the body but received other bytes'),
      );
      return;
    }
    parse(request, text, done);
  });
}
