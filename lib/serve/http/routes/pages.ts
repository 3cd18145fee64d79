import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { chosen, type Service, untilGone } from '../service';

const FOLDER = join(__dirname, '..', '..', 'playground', 'public');

/** Everything that is sent as a page: a list, so that no address can lead to another file. */
const FILES = {
  '/': 'index.html',
  '/playground/style.css': 'style.css',
  '/playground/app.mjs': 'app.mjs',
  '/playground/map.mjs': 'map.mjs',
  '/docs': 'docs.html',
  '/playground/docs.mjs': 'docs.mjs',
} as const;

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
};

const PUBLIC = { config: { isPublic: true }, schema: { hide: true } };

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The playground, `POST /v1/map` that it draws, and the OpenAPI document with a page to read it. */
export function addPages(server: FastifyInstance, service: Service): void {
  addMap(server, service);
  server.get('/openapi.json', PUBLIC, async () => server.swagger());
  for (const [path, file] of Object.entries(FILES)) {
    if (path === '/' && !service.settings.playground) continue;
    addFile(server, path, file);
  }
}

function addFile(server: FastifyInstance, path: string, file: string): void {
  const content = readFileSync(join(FOLDER, file));
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`;
  const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  server.get(path, PUBLIC, async (request, reply) => {
    void reply.headers({ ...HEADERS, etag });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type(type).send(content);
  });
}

type Body = { classifier?: string; text?: string };

function addMap(server: FastifyInstance, service: Service): void {
  server.post<{ Body: Body }>(
    '/v1/map',
    { schema: service.schemas.map },
    async (request, reply) => {
      const { classifier: given, text } = request.body;
      const { name, classifier } = chosen(service, request, given);
      const { examples, texts } = await classifier.plane(text === undefined ? [] : [text], {
        signal: untilGone(reply),
      });
      return { classifier: name, examples, text: texts[0] ?? null };
    },
  );
}
