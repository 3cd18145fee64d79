import type { FastifyInstance } from 'fastify';
import type { FitSettings } from '../../store/classifiers';
import { description } from '../description';
import { additionOf, chosen, requireOpen, requireWritable, type Service } from '../service';

type Params = { name: string };
type Put = FitSettings & { examples: Record<string, string[]> };

/** `GET /v1/classifiers`; `GET`, `PUT` and `DELETE /v1/classifiers/:name`. */
export function addClassifiers(server: FastifyInstance, service: Service): void {
  const { classifiers, schemas, changes } = service;
  server.get('/v1/classifiers', { schema: schemas.list }, async (request) => {
    const names = classifiers.names().filter((name) => request.grant.opens(name));
    return {
      classifiers: [...names].sort().map((name) => description(chosen(service, request, name))),
      readOnly: service.settings.readOnly,
    };
  });
  server.get<{ Params: Params }>(
    '/v1/classifiers/:name',
    { schema: schemas.describe },
    async (request) => description(chosen(service, request, request.params.name)),
  );
  server.put<{ Params: Params; Body: Put }>(
    '/v1/classifiers/:name',
    { schema: schemas.put },
    async (request, reply) => {
      const { name } = request.params;
      requireOpen(request, name);
      requireWritable(service);
      const { examples, ...settings } = request.body;
      const isNew = classifiers.get(name) === undefined;
      const options = { ...settings, ...additionOf(service, reply) };
      await changes.run(name, () => classifiers.put(name, examples, options));
      return reply.code(isNew ? 201 : 200).send(description(chosen(service, request, name)));
    },
  );
  server.delete<{ Params: Params }>(
    '/v1/classifiers/:name',
    { schema: schemas.remove },
    async (request, reply) => {
      const { name } = chosen(service, request, request.params.name);
      requireWritable(service);
      await changes.run(name, () => classifiers.remove(name));
      return reply.code(204).send();
    },
  );
}
