import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { PLAYGROUND_FOLDER } from '../../shipped-files';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
};

/** Of routes that need no token, and do not stand in the OpenAPI document. */
export const PUBLIC = { config: { isPublic: true }, schema: { hide: true } };

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Sends a file of the playground at an address. */
export function addFile(server: FastifyInstance, path: string, file: string): void {
  const content = readFileSync(join(PLAYGROUND_FOLDER, file));
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`;
  const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  server.get(path, PUBLIC, async (request, reply) => {
    void reply.headers({ ...HEADERS, etag });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type(type).send(content);
  });
}
