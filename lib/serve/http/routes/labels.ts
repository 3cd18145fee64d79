import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { exampleOf } from '../../examples/read-examples';
import type { Change } from '../../store/changes';
import { type Description, description } from '../description';
import { additionOf, chosen, requireWritable, type Service } from '../service';

type Add = { classifier?: string; examples: Record<string, string[]>; owner?: string };
type Remove = { classifier?: string } & (
  | { label: string }
  | { texts: string[] }
  | { owner: string }
);
type Rename = { classifier?: string; label: string; name: string };

/** `POST`, `DELETE` and `PATCH /v1/labels`. They answer with what the classifier is then. */
export function addLabels(server: FastifyInstance, service: Service): void {
  const { schemas } = service;
  server.post<{ Body: Add }>(
    '/v1/labels',
    { schema: schemas.addExamples },
    async (request, reply) => {
      const { classifier, examples, owner } = request.body;
      const rows = Object.entries(examples).flatMap(([label, texts]) =>
        texts.map((text) => exampleOf({ text, label, owner })),
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
      return changed(service, [request, reply], classifier, removalOf(body));
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

function removalOf(body: Remove): Change {
  if ('owner' in body) return { type: 'removeOwner', owner: body.owner };
  if ('label' in body) return { type: 'removeLabel', label: body.label };
  return { type: 'removeExamples', texts: body.texts };
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
