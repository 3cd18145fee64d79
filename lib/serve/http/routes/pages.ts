import type { FastifyInstance } from 'fastify';
import { chosen, type Service, untilGone } from '../service';
import { addFile, PUBLIC } from '../static-page';

/** Everything that is sent as a page: a list, so that no address can lead to another file. */
const FILES = {
  '/': 'index.html',
  '/playground/style.css': 'style.css',
  '/playground/page.mjs': 'page.mjs',
  '/playground/app.mjs': 'app.mjs',
  '/playground/map.mjs': 'map.mjs',
  '/docs': 'docs.html',
  '/playground/docs.mjs': 'docs.mjs',
} as const;

/** The playground, `POST /v1/map` that it draws, and the OpenAPI document with a page to read it. */
export function addPages(server: FastifyInstance, service: Service): void {
  addMap(server, service);
  server.get('/openapi.json', PUBLIC, async () => server.swagger());
  for (const [path, file] of Object.entries(FILES)) {
    if (path === '/' && !service.settings.playground) continue;
    addFile(server, path, file);
  }
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
