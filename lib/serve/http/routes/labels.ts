import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Change } from '../../store/changes';
import { type Description, description } from '../description';
import { additionOf, chosen, requireWritable, type Service } from '../service';

type Add = { classifier?: string; examples: Record<string, string[]> };
type Remove = { classifier?: string } & ({ label: string } | { texts: string[] });
type Rename = { classifier?: string; label: string; name: string };

/** `POST`, `DELETE` and `PATCH /v1/labels`. They answer with what the classifier is then. */
export function addLabels(server: FastifyInstance, service: Service): void {
  const { schemas } = service;
  server.post<{ Body: Add }>(
    '/v1/labels',
    { schema: schemas.addExamples },
    async (request, reply) => {
      const { classifier, examples } = request.body;
      const rows = Object.entries(examples).flatMap(([label, texts]) =>
        texts.map((text) => ({ text, label })),
      );
      return changed(service, [request, reply], classifier, {
        type: 'addExamples',
        examples: rows,
      });
    },
  );
  server.delete<{ Body: Remove }>(
    '/v1/labels',
    { schema: schemas.removeExamples },
    async (request, reply) => {
      const { classifier, ...body } = request.body;
      const change: Change =
        'label' in body
          ? { type: 'removeLabel', label: body.label }
          : { type: 'removeExamples', texts: body.texts };
      return changed(service, [request, reply], classifier, change);
    },
  );
  server.patch<{ Body: Rename }>(
    '/v1/labels',
    { schema: schemas.renameLabel },
    async (request, reply) => {
      const { classifier, label, name } = request.body;
      return changed(service, [request, reply], classifier, { type: 'renameLabel', label, name });
    },
  );
}

async function changed(
  service: Service,
  [request, reply]: [FastifyRequest, FastifyReply],
  given: string | undefined,
  change: Change,
): Promise<Description> {
  requireWritable(service);
  const { name } = chosen(service, request, given);
  const options = additionOf(service, reply);
  await service.changes.run(name, () => service.classifiers.change(name, change, options));
  return description(chosen(service, request, name));
}
